"""From YAML nodes to the scenario's types, collecting every mistake of shape: keys, types, ranges, units.

The types in ``scenario.py`` say what is allowed; this says, for each value that is not, where it stands, what was
found and what is wanted. What only makes sense between values is left to ``sim.rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, get_args, get_origin

import msgspec
import msgspec.inspect as mi
import yaml

from sim.errors import Mistake, unknown
from sim.field_types import field_types
from sim.rules.place import Broken, Path, dotted
from sim.shape_words import bare, found_at, length_fits, shorthand, wanted_of
from sim.units import QUANTITIES, UnitError
from sim.yaml_document import KNOWN_TAGS, line, scalar


def read_shape(
    root: yaml.Node, wanted: type[Any], known: Mapping[Path, Any] | None = None
) -> tuple[Any, list[Mistake]]:
    """The value of a type, and what is wrong; the value is of use only if nothing is. What is known is not read."""
    reader = _Reader(known or {})
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


def told(root: yaml.Node, broken: Iterable[Broken]) -> list[Mistake]:
    """Broken rules with the lines where they are broken."""
    return [Mistake(message, line_of(root, where), dotted(where)) for where, message in broken]


class _Reader:
    def __init__(self, known: Mapping[Path, Any]) -> None:
        self.known = known
        self.mistakes: list[Mistake] = []

    def read(self, node: yaml.Node, wanted: Any, path: Path) -> Any:
        kind = bare(mi.type_info(wanted))
        if node.tag not in KNOWN_TAGS:
            self._complain(node, path, f"found the tag '{node.tag}', want plain values without tags")
        elif isinstance(kind, mi.StructType):
            return self._struct(node, kind, path)
        elif isinstance(kind, mi.UnionType):
            return self._union(node, wanted, kind, path)
        elif isinstance(kind, mi.VarTupleType | mi.TupleType):
            return self._entries(node, wanted, kind, path)
        elif isinstance(kind, mi.DictType):
            return self._mapping(node, wanted, kind, path)
        else:
            return self._leaf(node, wanted, kind, path)
        return None

    def _complain(self, node: yaml.Node, path: Path, message: str) -> None:
        self.mistakes.append(Mistake(message, line(node), dotted(path)))

    def _want(self, node: yaml.Node, path: Path, wanted: str) -> None:
        self._complain(node, path, f"found {found_at(node)}, want {wanted}")

    def _struct(self, node: yaml.Node, kind: mi.StructType, path: Path) -> Any:
        known = [field.encode_name for field in kind.fields] + ([kind.tag_field] if kind.tag_field else [])
        if not isinstance(node, yaml.MappingNode):
            return self._want(node, path, f"keys and values, with the keys {', '.join(known)}")
        hints = field_types(kind.cls)
        values, there = {}, set()
        for name, below in self._pairs(node, path, known):
            there.add(name)
            if name != kind.tag_field:
                at = (*path, name)
                values[name] = self.known[at] if at in self.known else self.read(below, hints[name], at)
        for field in kind.fields:
            if field.required and field.encode_name not in there:
                self._complain(node, path, f"missing key '{field.encode_name}', which is {wanted_of(field.type)}")
        return None if self.mistakes else _made(kind, values)

    def _pairs(self, node: yaml.MappingNode, path: Path, known: list[str]) -> Iterator[tuple[str, yaml.Node]]:
        """The entries of a mapping with a known key, each key once; complaints about the others."""
        first: dict[str, int] = {}
        for key, below in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else found_at(key)
            if name not in known:
                self._complain(key, path, unknown("key", name, known))
            elif name in first:
                self._complain(key, path, f"the key '{name}' is there twice, first on line {first[name]}")
            else:
                yield name, below
            first.setdefault(name, line(key))

    def _union(self, node: yaml.Node, wanted: Any, kind: mi.UnionType, path: Path) -> Any:
        if any(isinstance(option, mi.NoneType) for option in kind.types):
            return None if _is_null(node) else self.read(node, _without_none(wanted), path)
        short = shorthand(kind)
        if short and isinstance(node, yaml.ScalarNode):
            return self._short(node, kind, *short, path)
        return self._one_of(node, kind, path)

    def _short(self, node: yaml.ScalarNode, kind: mi.UnionType, of: mi.StructType, name: str, path: Path) -> Any:
        try:
            return _made(of, {name: msgspec.convert(scalar(node), field_types(of.cls)[name], dec_hook=parse_quantity)})
        except msgspec.ValidationError:
            return self._want(node, path, wanted_of(kind))

    def _one_of(self, node: yaml.Node, kind: mi.UnionType, path: Path) -> Any:
        options = {str(o.tag): o for o in kind.types if isinstance(o, mi.StructType)}
        tag_field = str(next(iter(options.values())).tag_field)
        if not isinstance(node, yaml.MappingNode):
            return self._want(node, path, wanted_of(kind))
        tags = [value for key, value in node.value if key.value == tag_field]
        if not tags:
            choices = ", ".join(sorted(options))
            return self._complain(node, path, f"missing key '{tag_field}', which is one of: {choices}")
        name = tags[0].value if isinstance(tags[0], yaml.ScalarNode) else found_at(tags[0])
        if name not in options:
            return self._complain(tags[0], path, unknown(tag_field, name, options))
        return self._struct(node, options[name], path)

    def _entries(self, node: yaml.Node, wanted: Any, kind: mi.VarTupleType | mi.TupleType, path: Path) -> Any:
        if not isinstance(node, yaml.SequenceNode) or not length_fits(kind, len(node.value)):
            return self._want(node, path, wanted_of(kind))
        each = get_args(_plain(wanted))
        types = each if isinstance(kind, mi.TupleType) else [each[0]] * len(node.value)
        entries = enumerate(zip(node.value, types, strict=True))
        return tuple([self.read(below, of_type, (*path, i)) for i, (below, of_type) in entries])

    def _mapping(self, node: yaml.Node, wanted: Any, kind: mi.DictType, path: Path) -> Any:
        if not isinstance(node, yaml.MappingNode) or len(node.value) < (kind.min_length or 0):
            return self._want(node, path, wanted_of(kind))
        of_key, of_value = get_args(_plain(wanted))
        values: dict[Any, Any] = {}
        for key, below in node.value:
            name = self.read(key, of_key, path)
            if name is not None and name in values:
                self._complain(key, path, f"the key '{key.value}' is there twice")
            values[name] = self.read(below, of_value, (*path, found_at(key).strip("'")))
        return values

    def _leaf(self, node: yaml.Node, wanted: Any, kind: mi.Type, path: Path) -> Any:
        if isinstance(node, yaml.ScalarNode):
            value = scalar(node)
            try:
                return msgspec.convert(value, wanted, dec_hook=parse_quantity)
            except msgspec.ValidationError:
                if isinstance(kind, mi.LiteralType) and isinstance(value, str):
                    return self._complain(node, path, unknown("value", value, map(str, kind.values)))
        quotes = "; put it in quotes" if isinstance(kind, mi.StrType) and found_at(node) == node.value else ""
        return self._want(node, path, wanted_of(mi.type_info(wanted)) + quotes)


def parse_quantity(kind: type[Any], text: object) -> Any:
    """Read a quantity of ``sim.units``. Raises UnitError, also for what is not text."""
    if kind not in QUANTITIES:
        raise TypeError(kind)
    if not isinstance(text, str):
        raise UnitError(kind.allowed)
    return kind.parse(text)


def _made(kind: mi.StructType, values: dict[str, Any]) -> Any:
    return (get_origin(kind.cls) or kind.cls)(**values)


def _plain(wanted: Any) -> Any:
    return get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted


def _without_none(wanted: Any) -> Any:
    return reduce(or_, (option for option in get_args(_plain(wanted)) if option is not type(None)))


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag in KNOWN_TAGS and scalar(node) is None
