"""messy.yaml passes on the sound pipeline, and fails on each mutant with the finding that must kill it."""

from pathlib import Path

import pytest

from sim.checks.verdict import Verdict
from sim.drills.mutants import MUTANTS
from sim.run import run
from sim.scenario_file import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def _found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(finding.kind.value, finding.table) for check in verdict.checks for finding in check.findings}


def test_messy_passes_and_every_planned_fault_has_fired(messy_run: Path):
    verdict = Verdict.read(messy_run / "verdict.json")
    assert verdict.outcome == "PASS"
    assert len(verdict.faults) == len(load(SCENARIOS / "messy.yaml").faults) == 10
    assert all(fault.fired == fault.planned > 0 for fault in verdict.faults)


def test_messy_shows_every_fate(messy_run: Path):
    verdict = Verdict.read(messy_run / "verdict.json")
    for fate in ("clean", "late", "too_late", "duplicate", "rejected"):
        assert sum(getattr(row.observed, fate) for row in verdict.conservation) > 0, fate


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_is_killed_by_its_finding(name: str, runs_folder: Path):
    verdict = run(load(SCENARIOS / "messy.yaml"), runs_folder, name, lambda _: None)
    assert (verdict.outcome, verdict.exit_code) == ("FAIL", 1)
    assert (MUTANTS[name].killed_by.value, "clean.events") in _found(verdict) or name == "plain-pii"
    assert MUTANTS[name].killed_by.value in {kind for kind, _ in _found(verdict)}


def test_a_leak_is_not_repeated_in_the_verdict(runs_folder: Path):
    """The verdict of the mutant that writes plain personal data names files and columns, and no person."""
    verdict = run(load(SCENARIOS / "hello.yaml"), runs_folder, "plain-pii", lambda _: None)
    text = (runs_folder / verdict.run / "verdict.json").read_text()
    assert "leaked" in text
    assert "@example." not in text
