"""What a reader of JSON refuses of a writer's messages, by the JSON Schemas of both.

A reader accepts a writer's messages if every value that the writer's schema allows is allowed by its own. Fields that a
schema does not name may hold anything to a reader, and are not written by a writer. ``event_version`` tells which
schema a message is of; so it differs, and is not compared. A keyword that is not known here can't be compared.
"""

from __future__ import annotations

import math
from typing import Any

from pipeline.contract.compat.rules import Break, Breaks, Rule, below, said

_NOTES = {"$schema", "$id", "title", "description", "$comment", "examples", "default", "x-bytes-max", "x-depth-max"}
_COMPARED = {
    "type", "required", "properties", "additionalProperties", "enum", "const", "format", "pattern", "x-pii",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
}  # fmt: skip
_VERSION = "event_version"


class NotComparable(ValueError):
    """A schema has what this checker does not know the meaning of."""


def breaks(writer: Any, reader: Any, path: str = "") -> Breaks:
    """Why a reader does not accept every message of a writer. Raises NotComparable."""
    for schema in (writer, reader):
        _known(schema, path)
    if not _types(writer) <= _types(reader):
        yield Break(path, Rule.TYPE_CHANGED, said(writer.get("type")), said(reader.get("type")))
        return
    yield from _of_choices(writer, reader, path)
    yield from _of_ranges(writer, reader, path)
    for keyword in ("format", "pattern"):
        if keyword in reader and writer.get(keyword) != reader[keyword]:
            yield Break(path, Rule.FORM_CHANGED, said(writer.get(keyword)), said(reader[keyword]))
    if writer.get("x-pii") != reader.get("x-pii"):
        yield Break(path, Rule.PII_CHANGED, said(writer.get("x-pii")), said(reader.get("x-pii")))
    yield from _of_fields(writer, reader, path)


def _known(schema: Any, path: str) -> None:
    if not isinstance(schema, dict):
        raise NotComparable(f"{path or 'the schema'}: must be an object of keywords")
    unknown = schema.keys() - _NOTES - _COMPARED
    if unknown:
        raise NotComparable(f"{path or 'the schema'}: can't compare {', '.join(sorted(unknown))}")


def _types(schema: Any) -> set[str]:
    """The types that values may have. To JSON Schema, a whole number is a number too."""
    of = schema.get("type", ["null", "boolean", "object", "array", "number", "string"])
    types = {of} if isinstance(of, str) else set(of)
    return types | {"integer"} if "number" in types else types


def _choices(schema: Any) -> set[str] | None:
    if "const" in schema:
        return {repr(schema["const"])}
    return {repr(value) for value in schema["enum"]} if "enum" in schema else None


def _of_choices(writer: Any, reader: Any, path: str) -> Breaks:
    written, read = _choices(writer), _choices(reader)
    if read is not None and (written is None or not written <= read):
        yield Break(path, Rule.CHOICES_NARROWED, _listed(written), _listed(read))


def _listed(choices: set[str] | None) -> str:
    return "anything" if choices is None else ", ".join(sorted(choices))


def _of_ranges(writer: Any, reader: Any, path: str) -> Breaks:
    for low, beyond, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        if _edge(reader, low, beyond, sign) > _edge(writer, low, beyond, sign):
            yield Break(path, Rule.RANGE_NARROWED, _limits(writer, low, beyond), _limits(reader, low, beyond))
    if reader.get("minLength", 0) > writer.get("minLength", 0):
        yield Break(path, Rule.RANGE_NARROWED, _limits(writer, "minLength"), _limits(reader, "minLength"))
    if reader.get("maxLength", math.inf) < writer.get("maxLength", math.inf):
        yield Break(path, Rule.RANGE_NARROWED, _limits(writer, "maxLength"), _limits(reader, "maxLength"))


def _edge(schema: Any, limit: str, beyond: str, sign: int) -> tuple[float, bool]:
    """Where the range begins, seen from below: the larger, the narrower; a limit that is not in it is narrower."""
    edges = [(sign * schema[limit], False)] if limit in schema else []
    edges += [(sign * schema[beyond], True)] if beyond in schema else []
    return max(edges, default=(-math.inf, False))


def _limits(schema: Any, *keywords: str) -> str:
    return " and ".join(f"{word} {schema[word]}" for word in keywords if word in schema) or "no limit"


def _of_fields(writer: Any, reader: Any, path: str) -> Breaks:
    written, read = _properties(writer), _properties(reader)
    if reader.get("additionalProperties", True) is not True:
        more = written.keys() - read.keys()
        if more or writer.get("additionalProperties", True) is True:
            yield Break(path, Rule.CLOSED, said(sorted(more)) if more else "any other field", "no other field")
    for name in reader.get("required", ()):
        if name not in writer.get("required", ()):
            was = "an optional field" if name in written else "no such field"
            yield Break(below(path, name), Rule.FIELD_REQUIRED, was, "a required field")
    for name in read:
        if name in written and below(path, name) != _VERSION:
            yield from breaks(written[name], read[name], below(path, name))


def _properties(schema: Any) -> dict[str, Any]:
    """The fields that a schema names; one that is only required may hold anything."""
    named: dict[str, Any] = schema.get("properties", {})
    return {name: {} for name in schema.get("required", ())} | named
