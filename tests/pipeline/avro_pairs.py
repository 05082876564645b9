"""Drawn pairs of Avro schemas, a writer's and a reader's, that differ here and there; and data to write."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"]
SYMBOLS = ["A", "B", "C"]
_DEFAULTS = {"null": None, "boolean": False, "int": 1, "long": 1, "float": 1.0, "double": 1.0, "string": "d"}
_VALUES: dict[str, list[Any]] = {
    "null": [None],
    "boolean": [True],
    "int": [-(2**31)],
    "long": [2**63 - 1],
    "float": [0.5],
    "double": [1e300],
    "string": ["é"],
    "bytes": [b"\xff"],
}


class Pair(NamedTuple):
    """Two schemas."""

    writer: Any
    reader: Any


primitive = st.sampled_from(PRIMITIVES)
leaves = st.one_of(primitive.map(lambda kind: Pair(kind, kind)), st.builds(Pair, primitive, primitive))


@st.composite
def pairs(draw: st.DrawFn, path: str = "R", depth: int = 2) -> Pair:
    """A pair of schemas. Names come from their place, so that both have the same one unless it was changed."""
    kinds = [leaves, _enums(path), _fixed(path), _apart(path)]
    if depth:
        kinds += [_records(path, depth - 1), _holders(path, depth - 1), _unions(path, depth - 1)]
    return draw(st.one_of(kinds))


def _apart(path: str) -> st.SearchStrategy[Pair]:
    """Two kinds of type that have nothing to do with each other, alone or in a union."""
    kinds = [_enums(path), _fixed(path), leaves]
    return st.builds(lambda one, other: Pair(one.writer, other.reader), st.one_of(kinds), st.one_of(kinds))


@st.composite
def _enums(draw: st.DrawFn, path: str) -> Pair:
    symbols = st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True)
    writer = {"type": "enum", "name": f"E{path}", "symbols": draw(symbols)}
    reader = {"type": "enum", "name": draw(_name(f"E{path}")), "symbols": draw(symbols)}
    if draw(st.booleans()):
        reader["default"] = draw(st.sampled_from(reader["symbols"]))
    return Pair(writer, reader)


def _name(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name] * 7 + [f"{name}Changed"])


@st.composite
def _fixed(draw: st.DrawFn, path: str) -> Pair:
    size = st.sampled_from([1, 1, 1, 2])
    return Pair(
        {"type": "fixed", "name": f"F{path}", "size": draw(size)},
        {"type": "fixed", "name": draw(_name(f"F{path}")), "size": draw(size)},
    )


@st.composite
def _holders(draw: st.DrawFn, path: str, depth: int) -> Pair:
    kind, part = draw(st.sampled_from([("array", "items"), ("map", "values")]))
    inner = draw(pairs(path, depth))
    return Pair({"type": kind, part: inner.writer}, {"type": kind, part: inner.reader})


@st.composite
def _unions(draw: st.DrawFn, path: str, depth: int) -> Pair:
    """A branch that may differ beside null, or not in a union on one of the sides."""
    inner = draw(pairs(path, depth).filter(lambda pair: not {"null"} & {str(pair.writer), str(pair.reader)}))
    inner = Pair(*([] if isinstance(side, list) else [side] for side in inner))
    written = ["null", *inner.writer] if draw(st.booleans()) or not inner.writer else inner.writer[0]
    read = [*inner.reader, "null"] if draw(st.booleans()) or not inner.reader else inner.reader[0]
    return Pair(written, read)


@st.composite
def _records(draw: st.DrawFn, path: str, depth: int) -> Pair:
    written, read = [], []
    for name in "abc":
        types = draw(pairs(f"{path}{name}", depth))
        there = draw(st.sampled_from(["both", "both", "both", "writer", "reader"]))
        if there != "reader":
            written.append({"name": name, "type": types.writer})
        if there != "writer":
            read.append(_field(draw, name, types.reader))
    writer = {"type": "record", "name": f"R{path}", "fields": written}
    return Pair(writer, {"type": "record", "name": draw(_name(f"R{path}")), "fields": read})


def _field(draw: st.DrawFn, name: str, kind: Any) -> dict[str, Any]:
    field = {"name": name, "type": kind}
    if isinstance(kind, str) and kind in _DEFAULTS and draw(st.booleans()):
        field["default"] = _DEFAULTS[kind]
    return field


def values(schema: Any) -> list[Any]:
    """Data to write with a schema: each symbol and each branch, wherever it stands, is in at least one value."""
    if isinstance(schema, list):
        return [value for branch in schema for value in values(branch)]
    if isinstance(schema, str):
        return _VALUES[schema]
    match schema["type"]:
        case "enum":
            return list(schema["symbols"])
        case "fixed":
            return [b"x" * schema["size"]]
        case "array":
            return [[value] for value in values(schema["items"])]
        case "map":
            return [{"k": value} for value in values(schema["values"])]
    fields = {field["name"]: values(field["type"]) for field in schema["fields"]}
    first = {name: found[0] for name, found in fields.items()}
    return [first] + [first | {name: value} for name, found in fields.items() for value in found[1:]]
