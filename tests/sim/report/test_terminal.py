"""What a person sees of a verdict: aligned text with everything that decides, and nothing personal."""

import pytest

from sim.checks.counts import Conserved, Counts, FaultCount
from sim.checks.verdict import CheckResult, Finding, FindingKind, Outcome, Verdict, reason, worst
from sim.report.terminal import render

LOST = Finding(
    kind=FindingKind.LOST,
    table="clean.events",
    rows=1234,
    detail="1,234 rows that must be there are not",
    samples=({"event_id": "e1"}, {"event_id": "e2"}),
)


def verdict(*checks: CheckResult, **values) -> Verdict:
    outcome = worst(check.outcome for check in checks)
    counts = Counts(1500, 1000, 300, 0, 150, 50)
    made = {
        "run": "messy-0001",
        "scenario": "messy",
        "seed": 7,
        "outcome": outcome.name,
        "exit_code": outcome.value,
        "reason": reason(checks),
        "digests": {"log": "abc"},
        "conservation": (Conserved("acme", "x", counts, counts), Conserved("b", "x", counts, counts)),
        "faults": (FaultCount("faults.0", "duplicate", 150, 150),),
        "checks": checks,
        "rows": {"clean.events": 3},
    }
    return Verdict(**(made | values))


PASSED = CheckResult("log", Outcome.PASS, 1500)


def test_a_pass_says_so_first_and_what_to_open_last():
    lines = render(verdict(PASSED)).splitlines()
    assert lines[:2] == ["PASS  messy-0001  scenario messy  seed 7  batch", "all 1 checks held"]
    assert lines[-1].startswith("next: open warehouse/warehouse.duckdb")


def test_fates_are_summed_over_tenants_and_types_in_aligned_columns():
    text = render(verdict(PASSED))
    assert "fate       planned  observed\nclean        2,000     2,000\n" in text
    assert "messages     3,000     3,000" in text


def test_faults_show_planned_and_fired():
    assert "faults.0  duplicate      150    150" in render(verdict(PASSED))


def test_checks_show_what_they_compared_and_why_they_could_not_tell():
    text = render(verdict(PASSED, CheckResult("pii", Outcome.UNKNOWN, 0, note="no file under x")))
    assert text.startswith("UNKNOWN  ")
    assert "\nnothing is proven: pii: no file under x\n" in text
    assert "pii    UNKNOWN         0  no file under x" in text
    assert text.splitlines()[-1].startswith("next: see why 'pii' could not tell")


def test_a_finding_has_kind_table_rows_and_samples():
    text = render(verdict(PASSED, CheckResult("table clean.events", Outcome.FAIL, 3000, (LOST,))))
    assert text.startswith("FAIL  ")
    assert "  lost  clean.events  1,234  1,234 rows that must be there are not\n      event_id=e1\n" in text
    assert text.splitlines()[-1].startswith("next: look at the lost rows of clean.events")


def test_a_mutant_is_named():
    assert "mutant no-dedupe" in render(verdict(PASSED, mutant="no-dedupe")).splitlines()[0]


def test_a_broken_seal_leaves_nothing_else_to_show():
    text = render(verdict(CheckResult("seal", Outcome.UNKNOWN, 2, note="a is missing"), conservation=(), faults=()))
    assert "fate" not in text
    assert "seal: a is missing" in text


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), Outcome.UNKNOWN),
        ((Outcome.PASS, Outcome.LATE), Outcome.LATE),
        ((Outcome.LATE, Outcome.UNKNOWN), Outcome.UNKNOWN),
        ((Outcome.UNKNOWN, Outcome.FAIL, Outcome.PASS), Outcome.FAIL),
    ],
)
def test_the_worst_outcome_counts(outcomes, expected):
    assert worst(outcomes) is expected


def test_reasons_name_the_checks():
    failed = CheckResult("log", Outcome.FAIL, 1, (LOST,))
    assert reason([failed, CheckResult("pii", Outcome.UNKNOWN, 0)]) == "data is wrong, by 1 of 2 checks: log"
    assert reason([CheckResult("a", Outcome.LATE, 1)]) == "data is right, but late: a"
    assert reason([]) == "nothing is proven: no check ran"
