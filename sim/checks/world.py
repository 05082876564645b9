"""Whether the truth is possible at all: a world in which a van was in two places proves nothing about a pipeline."""

from __future__ import annotations

from pathlib import Path

from sim.checks.verdict import CheckResult, Outcome
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.world.invariants import INVARIANTS, Limits, Violation, check_truth


def check(root: Path, scenario: Scenario) -> CheckResult:
    """UNKNOWN if an invariant is broken: then the yardstick itself is wrong."""
    broken = check_truth(RunFolder(root).truth, Limits.of(scenario))
    if broken:
        return CheckResult("world", Outcome.UNKNOWN, len(INVARIANTS), note="; ".join(map(_told, broken)))
    return CheckResult("world", Outcome.PASS, len(INVARIANTS))


def _told(violation: Violation) -> str:
    return f"the truth breaks the invariant '{violation.invariant}' {violation.count:,} times"
