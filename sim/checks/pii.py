"""A search of every file that a run wrote, beside the restricted ones, for every personal value in truth."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from sim.checks.scratch import SAMPLES_MAX
from sim.checks.search import Search
from sim.checks.searched import pieces, place_of
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude

RESTRICTED = ("truth", "log", "warehouse/raw", "warehouse/.backfill/*/raw")
"""Folders of a run that may hold personal data in plain. A backfill has tables of its own while it lasts."""

Places = dict[tuple[str, str], set[str]]
"""The values found, by file and column."""


def check(search: Search, root: Path, restricted: Sequence[str] = RESTRICTED) -> CheckResult:
    """Search the files under ``root``. UNKNOWN if there is nothing to search for, or nowhere to search."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not _within(path, root, restricted)]
    if not search.sought or not files:
        return conclude("pii", 0, (), "no personal value in truth" if not search.sought else f"no file under {root}")
    places: Places = {}
    for path in files:
        for column, text in pieces(path):
            if found := set(search.found(text)):
                places.setdefault((place_of(path, root), column), set()).update(found)
    too_short = len(search.values) - len(search.sought)
    note = f"{len(files)} files searched for {len(search.sought):,} values; {too_short} too short to tell"
    return conclude("pii", len(files), [_finding(*place, found, search) for place, found in places.items()], note)


def _within(path: Path, root: Path, folders: Sequence[str]) -> bool:
    parts = path.relative_to(root).parts
    return any(all(map(fnmatchcase, parts, folder.split("/"))) for folder in folders if folder.count("/") < len(parts))


def _finding(place: str, column: str, found: set[str], search: Search) -> Finding:
    kinds = ", ".join(sorted({search.values[value].kind for value in found}))
    detail = f"{len(found):,} personal values ({kinds}) in plain, in {column} of {place}"
    samples = tuple(
        {"column": column, "kind": search.values[value].kind, "token": search.values[value].token}
        for value in sorted(found)[:SAMPLES_MAX]
    )
    return Finding(FindingKind.LEAKED, place, len(found), detail, samples)
