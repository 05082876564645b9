"""Findings, what a check concluded from them, and the verdict over all checks."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

import msgspec


class FindingKind(StrEnum):
    """The ways in which data can be wrong."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    UNEXPECTED = "unexpected"
    CORRUPTED = "corrupted"
    MISROUTED = "misrouted"
    REGRESSED = "regressed"
    CROSSED = "crossed"
    LEAKED = "leaked"
    UNDISPOSED = "undisposed"
    STALE = "stale"


class Outcome(IntEnum):
    """What a check, or all of them, came to; the number is the exit status of ``sim run`` and ``sim check``."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 3
    LATE = 4


_WORST_FIRST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.LATE, Outcome.PASS)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst outcome. No outcome at all is UNKNOWN: nothing was tested."""
    return min(outcomes, key=_WORST_FIRST.index, default=Outcome.UNKNOWN)


class Finding(msgspec.Struct, frozen=True):
    """One way in which one table is wrong: how many rows, and a few of them."""

    kind: FindingKind
    table: str
    rows: int
    """How many rows, all of them counted."""
    detail: str
    """A sentence for people."""
    samples: tuple[dict[str, str], ...] = ()
    """A few rows as text by column, personal data as tokens. For ``corrupted``: key columns, ``field``, ``expected``, ``observed``."""


class CheckResult(msgspec.Struct, frozen=True):
    """What one check saw. A check that compared nothing is UNKNOWN."""

    name: str
    outcome: Outcome
    compared: int
    """Rows (or messages, or values) looked at."""
    findings: tuple[Finding, ...] = ()
    note: str = ""
    """Why the outcome is UNKNOWN, or what else a reader should know."""


def conclude(name: str, compared: int, findings: Iterable[Finding], note: str = "") -> CheckResult:
    """FAIL with a finding, UNKNOWN if nothing was compared, PASS otherwise."""
    found = tuple(findings)
    if found:
        return CheckResult(name, Outcome.FAIL, compared, found, note)
    if not compared:
        return CheckResult(name, Outcome.UNKNOWN, 0, (), note or "nothing to compare")
    return CheckResult(name, Outcome.PASS, compared, (), note)
