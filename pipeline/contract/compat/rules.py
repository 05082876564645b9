"""The rules that a new version of a schema can break, and what a finding about one says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """What was broken; ``MEND`` says how each is mended."""

    NAME_CHANGED = "name_changed"
    TYPE_CHANGED = "type_changed"
    FIELD_REQUIRED = "field_required"
    SYMBOL_REMOVED = "symbol_removed"
    BRANCH_REMOVED = "branch_removed"
    SIZE_CHANGED = "size_changed"
    UNIT_CHANGED = "unit_changed"
    CHOICES_NARROWED = "choices_narrowed"
    RANGE_NARROWED = "range_narrowed"
    FORM_CHANGED = "form_changed"
    CLOSED = "closed"
    PII_CHANGED = "pii_changed"
    VERSION_CHANGED = "version_changed"
    VERSION_GONE = "version_gone"


MEND: dict[Rule, str] = {
    Rule.NAME_CHANGED: "keep the name, or give the reader's schema the other one as an alias",
    Rule.TYPE_CHANGED: "keep the type, or take one that every old value is promoted to; else add another field",
    Rule.FIELD_REQUIRED: "make the field optional, with a default",
    Rule.SYMBOL_REMOVED: "keep the symbol, or give the reader's enum a default",
    Rule.BRANCH_REMOVED: "keep the branch in the reader's union",
    Rule.SIZE_CHANGED: "keep the size, or add another field",
    Rule.UNIT_CHANGED: "keep the logical type, or add another field",
    Rule.CHOICES_NARROWED: "allow every value that the other version writes",
    Rule.RANGE_NARROWED: "allow every number and length that the other version writes",
    Rule.FORM_CHANGED: "keep the form, or leave it out on the reader's side; else add another field",
    Rule.CLOSED: "tolerate fields that the schema does not name",
    Rule.PII_CHANGED: "keep the mark, since tables hold tokens for what is marked; else add another field",
    Rule.VERSION_CHANGED: "put it back as it was, and add a version instead",
    Rule.VERSION_GONE: "put it back, since messages of it are kept; to compare a draft alone, name its file",
}


@dataclass(frozen=True)
class Break:
    """One reason why a reader can't read, or would take wrongly, what a writer writes."""

    path: str
    """The field, its names joined by dots; empty for the message itself."""
    rule: Rule
    writer: str
    """What the writer's schema says there."""
    reader: str
    """What the reader's schema says there."""


Breaks = Iterator[Break]


def below(path: str, name: str) -> str:
    """The path of a field inside another."""
    return f"{path}.{name}" if path else name


def said(value: Any) -> str:
    """A part of a schema as people read it in a finding."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("logicalType") or said(value.get("type")))
    if isinstance(value, list | tuple):
        return " or ".join(map(said, value)) or "nothing"
    return "nothing" if value is None else str(value)
