"""What an Avro reader can't make of a writer's data, by "Schema Resolution" of the Avro specification (1.12.0).

Source: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution. Stricter than that in four things: a
reader must be able to read every branch of a union and every symbol of an enum, since one message that can't be read
is enough; bytes are not read as text, since few bytes are; a logical type must stay, since microseconds read as
milliseconds are read without an error; and a mark of personal data must stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastavro.schema import parse_schema

from pipeline.contract.compat.rules import Break, Breaks, Rule, below, said

_PROMOTED = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}
"""What a writer's primitive type can be read as, beside itself."""
_NAMED = ("record", "enum", "fixed")


def breaks(writer: Any, reader: Any) -> Breaks:
    """Why data of one schema can't be read by another. Raises fastavro's ``SchemaParseException`` for what is none."""
    return _Pair(writer, reader).breaks()


class _Pair:
    """Two schemas, with the definitions of the names in each, and the pairs of records that were begun."""

    def __init__(self, writer: Any, reader: Any) -> None:
        self._written: dict[str, Any] = {}
        self._read: dict[str, Any] = {}
        self._roots = parse_schema(writer, self._written), parse_schema(reader, self._read)
        self._begun: set[tuple[str, str]] = set()

    def breaks(self) -> Breaks:
        return self._between(*self._roots, "")

    def _between(self, writer: Any, reader: Any, path: str) -> Breaks:
        writer, reader = _defined(writer, self._written), _defined(reader, self._read)
        if isinstance(writer, list):
            yield from self._of_branches(writer, reader, path)
        elif isinstance(reader, list):
            yield from self._into_union(writer, reader, path)
        else:
            yield from self._of_types(writer, reader, path)

    def _of_branches(self, writer: list[Any], reader: Any, path: str) -> Breaks:
        for branch in writer:
            for found in self._between(branch, reader, path):
                whole = found.path == path and found.rule in {Rule.TYPE_CHANGED, Rule.NAME_CHANGED}
                yield Break(path, Rule.BRANCH_REMOVED, said(branch), said(reader)) if whole else found

    def _into_union(self, writer: Any, reader: list[Any], path: str) -> Breaks:
        """The reader takes the first branch that matches, and not the one that would suit best."""
        branches = [_defined(branch, self._read) for branch in reader]
        match = next((branch for branch in branches if _matches(writer, branch)), None)
        if match is None:
            yield Break(path, Rule.TYPE_CHANGED, said(writer), said(reader))
        else:
            yield from self._of_types(writer, match, path)

    def _of_types(self, writer: Any, reader: Any, path: str) -> Breaks:
        written, read = _type(writer), _type(reader)
        if written != read and (read not in _PROMOTED.get(written, ()) or written == "bytes"):
            yield Break(path, Rule.TYPE_CHANGED, said(writer), said(reader))
            return
        if _logical(writer) != _logical(reader):
            yield Break(path, Rule.UNIT_CHANGED, said(_logical(writer)), said(_logical(reader)))
        if read in _NAMED and not _same_name(writer, reader):
            yield Break(path, Rule.NAME_CHANGED, said(writer), said(reader))
        elif read == "record":
            yield from self._of_records(writer, reader, path)
        elif read == "enum":
            yield from _of_enums(writer, reader, path)
        elif read == "fixed" and writer["size"] != reader["size"]:
            yield Break(path, Rule.SIZE_CHANGED, said(writer["size"]), said(reader["size"]))
        elif read in ("array", "map"):
            part = "items" if read == "array" else "values"
            yield from self._between(writer[part], reader[part], f"{path}[]")

    def _of_records(self, writer: Any, reader: Any, path: str) -> Breaks:
        pair = writer["name"], reader["name"]
        if pair in self._begun:
            return
        self._begun.add(pair)
        fields = {field["name"]: field for field in writer["fields"]}
        for field in reader["fields"]:
            names = [field["name"], *field.get("aliases", ())]
            written = next((fields[name] for name in names if name in fields), None)
            here = below(path, field["name"])
            if written is None:
                if "default" not in field:
                    yield Break(here, Rule.FIELD_REQUIRED, "no such field", "a field without a default")
                continue
            if written.get("pii") != field.get("pii"):
                yield Break(here, Rule.PII_CHANGED, said(written.get("pii")), said(field.get("pii")))
            yield from self._between(written["type"], field["type"], here)


def _of_enums(writer: Any, reader: Any, path: str) -> Breaks:
    unknown = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
    if unknown and "default" not in reader:
        yield Break(path, Rule.SYMBOL_REMOVED, said(writer["symbols"]), said(reader["symbols"]))


def _defined(schema: Any, names: Mapping[str, Any]) -> Any:
    return names.get(schema, schema) if isinstance(schema, str) else schema


def _type(schema: Any) -> str:
    return str(schema["type"] if isinstance(schema, dict) else schema)


def _logical(schema: Any) -> Any:
    return schema.get("logicalType") if isinstance(schema, dict) else None


def _matches(writer: Any, reader: Any) -> bool:
    """Whether a branch is the one that a reader takes: the specification's "to match"."""
    written, read = _type(writer), _type(reader)
    if written == read:
        return read not in _NAMED or _same_name(writer, reader)
    return read in _PROMOTED.get(written, ())


def _same_name(writer: Any, reader: Any) -> bool:
    """Names match without their namespaces, or by one of the reader's aliases."""
    short = writer["name"].rpartition(".")[2]
    return short in {name.rpartition(".")[2] for name in (reader["name"], *reader.get("aliases", ()))}
