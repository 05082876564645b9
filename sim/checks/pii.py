"""A search of every file that a run wrote, beside the restricted ones, for every personal value in truth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import ahocorasick

from sim.checks.personal import PersonalValue, personal_values
from sim.checks.scratch import SAMPLES_MAX
from sim.checks.searched import pieces, place_of
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude
from sim.truth import Truth

RESTRICTED = ("truth", "log", "warehouse/raw")
"""Folders of a run that may hold personal data in plain."""
CHARACTERS_MIN = 5
"""Shorter values would be found everywhere."""

Places = dict[tuple[str, str], set[str]]
"""The values found, by file and column."""


def check(truth: Truth, token_key: bytes, root: Path, restricted: Sequence[str] = RESTRICTED) -> CheckResult:
    """Search the files under ``root``. UNKNOWN if there is nothing to search for, or nowhere to search."""
    values = personal_values(truth, token_key)
    sought = {value: about for value, about in values.items() if len(value) >= CHARACTERS_MIN}
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not _within(path, root, restricted)]
    if not sought or not files:
        return conclude("pii", 0, (), "no personal value in truth" if not sought else f"no file under {root}")
    search = Search(sought)
    places: Places = {}
    for path in files:
        for column, text in pieces(path):
            if found := set(search.found(text)):
                places.setdefault((place_of(path, root), column), set()).update(found)
    note = f"{len(files)} files searched for {len(sought):,} values; {len(values) - len(sought)} too short to tell"
    return conclude("pii", len(files), [_finding(*place, found, sought) for place, found in places.items()], note)


class Search:
    """All personal values at once, by the algorithm of Aho and Corasick."""

    def __init__(self, values: Mapping[str, PersonalValue]) -> None:
        self._automaton = ahocorasick.Automaton()
        for value in values:
            for form in {value.encode().decode("latin-1"), json.dumps(value)[1:-1]}:
                self._automaton.add_word(form, (value, len(form)))
        self._automaton.make_automaton()

    def found(self, text: str) -> Iterator[str]:
        """Each value that stands, as whole words, in a text whose bytes were read as Latin-1."""
        for last, (value, length) in self._automaton.iter(text):
            if _stands_alone(text, last - length + 1, last + 1):
                yield value


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before == "." and text[start].isdigit():
        return False
    return not any(neighbour.isascii() and neighbour.isalnum() for neighbour in (before, after))


def _within(path: Path, root: Path, folders: Sequence[str]) -> bool:
    return any(path.is_relative_to(root / folder) for folder in folders)


def _finding(place: str, column: str, found: set[str], values: Mapping[str, PersonalValue]) -> Finding:
    kinds = ", ".join(sorted({values[value].kind for value in found}))
    detail = f"{len(found):,} personal values ({kinds}) in plain, in {column} of {place}"
    samples = tuple(
        {"column": column, "kind": values[value].kind, "token": values[value].token}
        for value in sorted(found)[:SAMPLES_MAX]
    )
    return Finding(FindingKind.LEAKED, place, len(found), detail, samples)
