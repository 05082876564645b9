"""What a scenario's types allow, and what a file has instead, in words for people."""

from __future__ import annotations

import msgspec.inspect as mi
import yaml

from sim.yaml_document import scalar

_SHOWN_MAX = 60


def bare(kind: mi.Type) -> mi.Type:
    """A type without what is said about it."""
    return bare(kind.type) if isinstance(kind, mi.Metadata) else kind


def shorthand(kind: mi.UnionType) -> tuple[mi.StructType, str] | None:
    """The one of several structs that a bare value stands for, and the field that the value is for."""
    for option in kind.types:
        if isinstance(option, mi.StructType) and hasattr(option.cls, "shorthand"):
            return option, str(option.cls.shorthand)
    return None


def wanted_of(kind: mi.Type) -> str:
    """What a type allows."""
    if isinstance(kind, mi.Metadata):
        return str((kind.extra_json_schema or {}).get("description") or wanted_of(kind.type))
    match kind:
        case mi.UnionType():
            return _one_of(kind)
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
        case mi.DateType():
            return "a day such as 2026-12-25"
        case mi.StrType():
            return "text"
        case mi.TupleType() | mi.VarTupleType() | mi.DictType():
            return _several(kind)
    return "keys and values"


def _several(kind: mi.TupleType | mi.VarTupleType | mi.DictType) -> str:
    match kind:
        case mi.TupleType():
            return f"a list of {len(kind.item_types)}"
        case mi.DictType():
            entries = f"at least {kind.min_length} keys and values" if kind.min_length else "keys and values"
            return f"{entries}: {wanted_of(kind.key_type)}, with {wanted_of(kind.value_type)}"
    least, most = kind.min_length or 0, kind.max_length
    if most is not None:
        return f"a list of {least}" if least == most else f"a list of {least} to {most}"
    return f"a list of at least {least}" if least else "a list"


def _one_of(kind: mi.UnionType) -> str:
    structs = [option for option in kind.types if isinstance(option, mi.StructType)]
    if not structs:
        return wanted_of(next(option for option in kind.types if not isinstance(option, mi.NoneType)))
    keys = f"keys and values, with the key '{structs[0].tag_field}'"
    short = shorthand(kind)
    if not short:
        return keys
    of, name = short
    return f"{wanted_of(next(field.type for field in of.fields if field.encode_name == name))}; or {keys}"


def _range(kind: mi.IntType | mi.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge} to {kind.le}"
    if kind.gt is not None:
        return f" above {kind.gt}" + (f" and up to {kind.le}" if kind.le is not None else "")
    return f" of at least {kind.ge}" if kind.ge is not None else ""


def length_fits(kind: mi.VarTupleType | mi.TupleType, length: int) -> bool:
    """Whether a list of so many is one of the type."""
    if isinstance(kind, mi.TupleType):
        return length == len(kind.item_types)
    return (kind.min_length or 0) <= length <= (kind.max_length or length)


def found_at(node: yaml.Node) -> str:
    """What a file has at a place."""
    if isinstance(node, yaml.MappingNode):
        return "keys and values"
    if isinstance(node, yaml.SequenceNode):
        return f"a list of {len(node.value)}" if node.value else "an empty list"
    value = scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if value is None:
        return "nothing"
    shown = node.value if len(node.value) <= _SHOWN_MAX else node.value[:_SHOWN_MAX] + "..."
    return repr(shown) if isinstance(value, str) else shown
