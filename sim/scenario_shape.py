"""From YAML nodes to the scenario's types, collecting every mistake of shape: keys, types, ranges, units.

The types in ``scenario.py`` say what is allowed; this says, for each value that is not, where it stands, what was
found and what is wanted. What only makes sense between values is left to ``sim.rules``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import msgspec.inspect as mi
import yaml

from sim.errors import Mistake, unknown
from sim.rules.place import Path, dotted
from sim.units import QUANTITIES, UnitError
from sim.yaml_document import KNOWN_TAGS, line, scalar

_SHOWN_MAX = 60


def read_shape(root: yaml.Node, wanted: type[Any]) -> tuple[Any, list[Mistake]]:
    """The value of a type, and what is wrong; the value is of use only if nothing is."""
    reader = _Reader()
    return reader.read(root, wanted, ()), reader.mistakes


def line_of(root: yaml.Node, path: Path) -> int:
    """The line where a path begins, or the part above it if it is not in the file (a default)."""
    node = root
    for step in path:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
            below = node.value[step : step + 1]
        elif isinstance(node, yaml.MappingNode):
            below = [value for key, value in node.value if key.value == step]
        else:
            below = []
        if not below:
            break
        node = below[0]
    return line(node)


class _Reader:
    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def read(self, node: yaml.Node, wanted: Any, path: Path) -> Any:
        kind = _bare(mi.type_info(wanted))
        if node.tag not in KNOWN_TAGS:
            self._complain(node, path, f"found the tag '{node.tag}', want plain values without tags")
        elif isinstance(kind, mi.StructType):
            return self._struct(node, kind, path)
        elif isinstance(kind, mi.UnionType):
            return self._one_of(node, kind, path)
        elif isinstance(kind, mi.VarTupleType | mi.TupleType):
            return self._entries(node, wanted, kind, path)
        else:
            return self._leaf(node, wanted, kind, path)
        return None

    def _complain(self, node: yaml.Node, path: Path, message: str) -> None:
        self.mistakes.append(Mistake(message, line(node), dotted(path)))

    def _want(self, node: yaml.Node, path: Path, wanted: str) -> None:
        self._complain(node, path, f"found {_found(node)}, want {wanted}")

    def _struct(self, node: yaml.Node, kind: mi.StructType, path: Path) -> Any:
        known = [field.encode_name for field in kind.fields] + ([kind.tag_field] if kind.tag_field else [])
        if not isinstance(node, yaml.MappingNode):
            return self._want(node, path, f"keys and values, with the keys {', '.join(known)}")
        hints = get_type_hints(kind.cls, include_extras=True)
        values, there = {}, set()
        for name, below in self._pairs(node, path, known):
            there.add(name)
            if name != kind.tag_field:
                values[name] = self.read(below, hints[name], (*path, name))
        for field in kind.fields:
            if field.required and field.encode_name not in there:
                self._complain(node, path, f"missing key '{field.encode_name}', which is {_wanted(field.type)}")
        return None if self.mistakes else kind.cls(**values)

    def _pairs(self, node: yaml.MappingNode, path: Path, known: list[str]) -> Iterator[tuple[str, yaml.Node]]:
        """The entries of a mapping with a known key, each key once; complaints about the others."""
        first: dict[str, int] = {}
        for key, below in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else _found(key)
            if name not in known:
                self._complain(key, path, unknown("key", name, known))
            elif name in first:
                self._complain(key, path, f"the key '{name}' is there twice, first on line {first[name]}")
            else:
                yield name, below
            first.setdefault(name, line(key))

    def _one_of(self, node: yaml.Node, kind: mi.UnionType, path: Path) -> Any:
        options = {str(o.tag): o for o in kind.types if isinstance(o, mi.StructType)}
        tag_field = str(next(iter(options.values())).tag_field)
        if not isinstance(node, yaml.MappingNode):
            return self._want(node, path, f"keys and values, with the key '{tag_field}'")
        tags = [value for key, value in node.value if key.value == tag_field]
        if not tags:
            choices = ", ".join(sorted(options))
            return self._complain(node, path, f"missing key '{tag_field}', which is one of: {choices}")
        name = tags[0].value if isinstance(tags[0], yaml.ScalarNode) else _found(tags[0])
        if name not in options:
            return self._complain(tags[0], path, unknown(tag_field, name, options))
        return self._struct(node, options[name], path)

    def _entries(self, node: yaml.Node, wanted: Any, kind: mi.VarTupleType | mi.TupleType, path: Path) -> Any:
        if not isinstance(node, yaml.SequenceNode) or not _length_fits(kind, len(node.value)):
            return self._want(node, path, _wanted(kind))
        plain = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
        entry = get_args(plain)[0]
        return tuple([self.read(below, entry, (*path, i)) for i, below in enumerate(node.value)])

    def _leaf(self, node: yaml.Node, wanted: Any, kind: mi.Type, path: Path) -> Any:
        if isinstance(node, yaml.ScalarNode):
            value = scalar(node)
            try:
                return msgspec.convert(value, wanted, dec_hook=parse_quantity)
            except msgspec.ValidationError:
                if isinstance(kind, mi.LiteralType) and isinstance(value, str):
                    return self._complain(node, path, unknown("value", value, map(str, kind.values)))
        quotes = "; put it in quotes" if isinstance(kind, mi.StrType) and _found(node) == node.value else ""
        return self._want(node, path, _wanted(mi.type_info(wanted)) + quotes)


def parse_quantity(kind: type[Any], text: object) -> Any:
    """Read a quantity of ``sim.units``. Raises UnitError, also for what is not text."""
    if kind not in QUANTITIES:
        raise TypeError(kind)
    if not isinstance(text, str):
        raise UnitError(kind.allowed)
    return kind.parse(text)


def _bare(kind: mi.Type) -> mi.Type:
    return _bare(kind.type) if isinstance(kind, mi.Metadata) else kind


def _wanted(kind: mi.Type) -> str:
    """What a type allows, in words."""
    if isinstance(kind, mi.Metadata):
        return str((kind.extra_json_schema or {}).get("description") or _wanted(kind.type))
    match kind:
        case mi.CustomType():
            return str(getattr(kind.cls, "allowed", kind.cls.__name__))
        case mi.LiteralType():
            return "one of: " + ", ".join(sorted(map(str, kind.values)))
        case mi.IntType():
            return "a whole number" + _range(kind)
        case mi.FloatType():
            return "a number" + _range(kind)
        case mi.DateTimeType():
            return "a time with its offset from UTC, such as 2026-03-02T04:00:00Z"
        case mi.TupleType():
            return f"a list of {len(kind.item_types)}"
        case mi.VarTupleType():
            return f"a list of at least {kind.min_length}" if kind.min_length else "a list"
        case mi.StrType():
            return "text"
    return "keys and values"


def _range(kind: mi.IntType | mi.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge} to {kind.le}"
    if kind.gt is not None:
        return f" above {kind.gt}"
    return f" of at least {kind.ge}" if kind.ge is not None else ""


def _length_fits(kind: mi.VarTupleType | mi.TupleType, length: int) -> bool:
    if isinstance(kind, mi.TupleType):
        return length == len(kind.item_types)
    return length >= (kind.min_length or 0)


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys and values"
    if isinstance(node, yaml.SequenceNode):
        return f"a list of {len(node.value)}" if node.value else "an empty list"
    value = scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if value is None:
        return "nothing"
    shown = node.value if len(node.value) <= _SHOWN_MAX else node.value[:_SHOWN_MAX] + "..."
    return repr(shown) if isinstance(value, str) else shown
