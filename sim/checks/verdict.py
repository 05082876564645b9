"""Findings, what a check concluded from them, and the verdict over all checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from pathlib import Path

import msgspec

from sim.checks.counts import Conserved, FaultCount
from sim.run_folder import Mode


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
    """How many rows, all of them counted; for ``leaked`` how many different values."""
    detail: str
    """A sentence for people."""
    samples: tuple[dict[str, str], ...] = ()
    """A few rows as text by column, personal data as tokens.

    For ``corrupted`` and ``crossed``: the key columns, ``field``, ``expected`` and ``observed``.
    """


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


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """All that was concluded about one run. Terminal, JUnit and pages render from it alone."""

    schema_version: int = 1
    run: str
    scenario: str
    seed: int
    mutant: str | None = None
    """The deliberately broken pipeline that ran, if one did."""
    mode: Mode = "batch"
    """How the pipeline read the log."""
    outcome: str
    """The name of the worst outcome of the checks."""
    exit_code: int
    reason: str
    """A sentence for people."""
    digests: dict[str, str]
    """Of truth, ledger and log, as sealed."""
    conservation: tuple[Conserved, ...]
    faults: tuple[FaultCount, ...]
    checks: tuple[CheckResult, ...]
    rows: dict[str, int]
    """Rows that each table holds."""

    def write(self, path: Path) -> None:
        """Write ``verdict.json``, whole or not at all."""
        draft = path.with_name(f"{path.name}.tmp")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Verdict:
        """Read what ``write`` wrote. Raises msgspec.MsgspecError if it is something else."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def reason(checks: Sequence[CheckResult]) -> str:
    """Why the verdict is what it is, in a sentence."""
    outcome = worst(check.outcome for check in checks)
    to_blame = [check for check in checks if check.outcome is outcome]
    if outcome is Outcome.PASS:
        return f"all {len(checks)} checks held"
    names = ", ".join(check.name for check in to_blame) or "no check ran"
    if outcome is Outcome.FAIL:
        return f"data is wrong, by {len(to_blame)} of {len(checks)} checks: {names}"
    if outcome is Outcome.LATE:
        return f"data is right, but late: {names}"
    notes = "; ".join(f"{check.name}: {check.note}" for check in to_blame)
    return f"nothing is proven: {notes or names}"
