"""Versions against those before them: backward, forward or both, one step back or all the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastavro.schema import SchemaParseException, UnknownType

from pipeline.contract.compat import avro_rules, json_rules
from pipeline.contract.compat.difference import Difference, difference
from pipeline.contract.compat.json_rules import NotComparable
from pipeline.contract.compat.near import did_you_mean
from pipeline.contract.compat.rules import MEND, Break, Rule
from pipeline.contract.compat.schema_files import Kind, SchemaFile, other_files, read_file, read_folder


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


@dataclass(frozen=True)
class Comparison:
    """What was held against what, and what it came to."""

    findings: list[Finding]
    compared: list[SchemaFile]
    """The schemas that were held against others."""
    begun: list[SchemaFile] = field(default_factory=list)
    """Those that nothing comes before."""
    skipped: list[str] = field(default_factory=list)
    """Files that are no schemas by their names, and so were not read."""

    def __str__(self) -> str:
        versions = len({(file.event_type, file.version) for file in self.compared})
        types = len({file.event_type for file in self.compared})
        kinds = " and ".join(sorted({file.kind for file in self.compared}))
        return f"compared {_counted(versions, 'version')} of {_counted(types, 'type')} ({kinds})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def compare(old: Path, new: Path, mode: Mode, transitive: bool = False) -> Comparison:
    """What two files or folders of schemas break. Raises NotComparable for what has no answer, and OSError.

    Two files are held against each other. Otherwise each version in ``new`` is held against the one before it in
    either folder, or against all before it if ``transitive``; and one that is in both must not have changed. If
    ``new`` is a folder, it must have what ``old`` has: all versions of all types, in each kind of schema that it has.
    """
    if old.is_file() and new.is_file():
        was, now = read_file(old), read_file(new)
        return Comparison(list(_pair(was, now, mode)), [now])
    known, added = read_folder(old), read_folder(new)
    findings = [*_changed(known, added), *(_gone(known, added) if new.is_dir() else ())]
    for version in added:
        for earlier in _before(version, [*known, *added])[0 if transitive else -1 :]:
            findings += _pair(earlier, version, mode)
    compared = _held(known, added)
    if not compared:
        raise NotComparable(f"compared nothing: {old} has no version before {_strangers(known, added)}")
    begun = [file for file in added if file not in compared]
    return Comparison(findings, compared, begun, sorted({*other_files(old), *other_files(new)}))


def _held(known: Sequence[SchemaFile], added: Sequence[SchemaFile]) -> list[SchemaFile]:
    """What is held against others, if the folders have a type in common at all."""
    if not {file[:2] for file in known} & {file[:2] for file in added}:
        return []
    same = {file[:3] for file in known}
    return [file for file in added if file[:3] in same or _before(file, [*known, *added])]


def _strangers(known: Sequence[SchemaFile], added: Sequence[SchemaFile]) -> str:
    """The types that are not known, with those that may have been meant."""
    kinds = dict.fromkeys(file[:2] for file in added)
    types = {kind: [file.event_type for file in known if file.kind == kind] for kind, _ in kinds}
    return ", ".join(f"{name} ({kind}){did_you_mean(name, types[kind])}" for kind, name in kinds)


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
    try:
        return list(_RULES[writer.kind](writer.schema, reader.schema))
    except NotComparable as error:
        raise NotComparable(f"{_unsound(writer, reader).name}: {error}") from error
    except _NO_SCHEMA as error:
        raise NotComparable(f"{_unsound(writer, reader).name}: not a schema: {error}") from error


_RULES: dict[Kind, Callable[[Any, Any], Iterator[Break]]] = {"avro": avro_rules.breaks, "json": json_rules.breaks}
_NO_SCHEMA = (SchemaParseException, UnknownType, KeyError, TypeError, AttributeError)


def _unsound(one: SchemaFile, other: SchemaFile) -> SchemaFile:
    """Which of two schemas can't even be compared with itself."""
    try:
        list(_RULES[one.kind](one.schema, one.schema))
    except (NotComparable, *_NO_SCHEMA):
        return one
    return other


def _difference(old: SchemaFile, new: SchemaFile) -> Difference | None:
    try:
        return difference(old.schema, new.schema)
    except _NO_SCHEMA as error:
        raise NotComparable(f"{_unsound(old, new).name}: not a schema: {error}") from error


def _gone(known: Sequence[SchemaFile], added: Sequence[SchemaFile]) -> Iterator[Finding]:
    kinds, there = {file.kind for file in added}, {file[:3] for file in added}
    for old in known:
        if old.kind in kinds and old[:3] not in there:
            about = old.event_type, old.kind, (old.label, "nothing")
            yield Finding(*about, Mode.FULL, "", Rule.VERSION_GONE, "there", "gone")


def _changed(known: Sequence[SchemaFile], added: Sequence[SchemaFile]) -> Iterator[Finding]:
    before = {file[:3]: file for file in known}
    for new in added:
        old = before.get(new[:3])
        if old and (where := _difference(old, new)):
            about = new.event_type, new.kind, (old.label, new.label)
            yield Finding(*about, Mode.FULL, where[0], Rule.VERSION_CHANGED, where[1], where[2])
