"""Versions against those before them: backward, forward or both, one step back or all the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastavro.schema import SchemaParseException, UnknownType

from pipeline.contract.compat import avro_rules, json_rules
from pipeline.contract.compat.json_rules import NotComparable
from pipeline.contract.compat.rules import MEND, Break, Rule, below, said
from pipeline.contract.compat.schema_files import SchemaFile, read_file, read_folder


class Mode(StrEnum):
    """Who must read whose data."""

    BACKWARD = "backward"
    FORWARD = "forward"
    FULL = "full"

    @property
    def meaning(self) -> str:
        """A sentence for people."""
        return _MEANING[self]


_MEANING = {
    Mode.BACKWARD: "the new version reads what the old one wrote: readers change first",
    Mode.FORWARD: "the old version reads what the new one writes: producers change first",
    Mode.FULL: "both, in any order",
}


@dataclass(frozen=True)
class Finding:
    """One reason why two versions can't live side by side."""

    event_type: str
    kind: str
    versions: tuple[str, str]
    mode: Mode
    path: str
    rule: Rule
    was: str
    now: str

    def __str__(self) -> str:
        place = f"{self.event_type} {' -> '.join(self.versions)} ({self.kind}, {self.mode}) {self.path or 'message'}"
        return f"{place}: {self.rule}: was {self.was}, is {self.now}; {MEND[self.rule]}"


def compare(old: Path, new: Path, mode: Mode, transitive: bool = False) -> list[Finding]:
    """What two files or folders of schemas break. Raises NotComparable for what has no answer, and OSError.

    Two files are held against each other. Otherwise each version in ``new`` is held against the one before it in
    either folder, or against all before it if ``transitive``; and one that is in both must not have changed.
    """
    if old.is_file() and new.is_file():
        return list(_pair(read_file(old), read_file(new), mode))
    known, added = read_folder(old), read_folder(new)
    findings = list(_changed(known, added))
    for version in added:
        for earlier in _before(version, [*known, *added])[0 if transitive else -1 :]:
            findings += _pair(earlier, version, mode)
    return findings


def check(versions: Sequence[SchemaFile], mode: Mode) -> list[Finding]:
    """What versions of any types break, each held against all before it."""
    return [found for new in versions for old in _before(new, versions) for found in _pair(old, new, mode)]


def _before(version: SchemaFile, files: Iterable[SchemaFile]) -> list[SchemaFile]:
    """The earlier versions of the same type, the latest last."""
    earlier = {file.version or 0: file for file in files if file[:2] == version[:2]}
    return [earlier[number] for number in sorted(earlier) if number < (version.version or 0)]


def _pair(old: SchemaFile, new: SchemaFile, mode: Mode) -> Iterator[Finding]:
    if old.kind != new.kind:
        raise NotComparable(f"{old.event_type}: {old.kind} can't be held against {new.kind}")
    about = new.event_type, new.kind, (old.label, new.label)
    if mode in (Mode.BACKWARD, Mode.FULL):
        for found in _breaks(old, new):
            yield Finding(*about, Mode.BACKWARD, found.path, found.rule, found.writer, found.reader)
    if mode in (Mode.FORWARD, Mode.FULL):
        for found in _breaks(new, old):
            yield Finding(*about, Mode.FORWARD, found.path, found.rule, found.reader, found.writer)


def _breaks(writer: SchemaFile, reader: SchemaFile) -> list[Break]:
    rules = avro_rules.breaks if writer.kind == "avro" else json_rules.breaks
    try:
        return list(rules(writer.schema, reader.schema))
    except (SchemaParseException, UnknownType, KeyError, TypeError, AttributeError) as error:
        raise NotComparable(f"{writer.event_type}: not a schema: {error}") from error


def _changed(known: Sequence[SchemaFile], added: Sequence[SchemaFile]) -> Iterator[Finding]:
    before = {file[:3]: file for file in known}
    for new in added:
        old = before.get(new[:3])
        if old and (where := difference(old.schema, new.schema)):
            about = new.event_type, new.kind, (old.label, new.label)
            yield Finding(*about, Mode.FULL, where[0], Rule.VERSION_CHANGED, where[1], where[2])


NOTES = frozenset({"doc", "description", "title", "$comment"})
"""What is there for people alone; a published version may be explained better."""


def difference(old: Any, new: Any, path: str = "") -> tuple[str, str, str] | None:
    """The first place where two schemas differ, what was there and what is; None if they mean the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        parts = {str(name): (old.get(name), new.get(name)) for name in {**old, **new} if name not in NOTES}
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        parts = {str(at): pair for at, pair in enumerate(zip(old, new, strict=True))}
    else:
        return None if old == new else (path, said(old), said(new))
    found = (difference(*pair, below(path, name)) for name, pair in parts.items())
    return next(filter(None, found), None)
