"""Panes that a right stream may publish pass, whenever they come; each way to publish wrong ones has its finding."""

# ruff: noqa: E501 (a table reads better with one case to a line)

from collections.abc import Callable

import pytest

from sim.checks import panes
from sim.checks.observed import Observed
from sim.checks.verdict import CheckResult, FindingKind, Outcome

COUNTS = "created, picked_up, in_transit, out_for_delivery, delivered, exceptions, scans, late_events"
_NONE = ", ".join(f"0 as {name}" for name in COUNTS.split(", "))
_LATE = "(from curated.kpi_5min where late_events > 1)"
_ONE = "(window_start, tenant_id, facility_id) = (select (window_start, tenant_id, facility_id) from one)"


@pytest.fixture
def warehouse(messy, right_tables, memory_warehouse):
    """Panes as drawn, for each window of a facility: nothing yet, what came on time, all that counts, the same again.

    ::

        early 0        on_time 1            late 2         late 3
        |              |                    |              |
        0              what came in time    everything     everything
    """
    made = memory_warehouse({**right_tables, "test.on_time": messy.expected.on_time})
    made.change("delete from curated.kpi_5min_panes")
    made.change(
        "insert into curated.kpi_5min_panes by name "
        f"select * replace ({_NONE}), 0 as pane, 'early' as timing from test.on_time union all "
        "select *, 1, 'on_time' from test.on_time union all "
        f"select *, 2, 'late' from {_LATE} union all select *, 3, 'late' from {_LATE} union all "
        "select *, 2, 'late' from curated.kpi_5min where late_events = 1"
    )
    made.change(
        "create table one as select window_start, tenant_id, facility_id from curated.kpi_5min_panes "
        "group by all having count(*) = 4 order by all limit 1"
    )
    return made


@pytest.fixture
def check(messy, observed: Observed) -> Callable[[], CheckResult]:
    return lambda: panes.check(messy.expected, observed, mode="streaming")


def _kinds(result: CheckResult) -> list[FindingKind]:
    assert result.outcome is (Outcome.FAIL if result.findings else Outcome.PASS)
    return [finding.kind for finding in result.findings]


def test_right_panes_pass(check, warehouse):
    assert warehouse.one("select count(*) as n from one") == {"n": 1}
    result = check()
    assert _kinds(result) == []
    assert result.compared > 400


def test_a_window_need_not_be_published_early(check, warehouse):
    warehouse.change("delete from curated.kpi_5min_panes where timing = 'early'")
    assert _kinds(check()) == []


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("delete from {panes} where pane = 1 and {one}", ["lost"]),
        ("delete from {panes} where {one}", ["lost", "lost"]),
        ("delete from {panes} where pane > 1 and {one}", ["stale"]),
        ("insert into {panes} (from {panes} where pane = 3 and {one})", ["duplicated"]),
        ("insert into {panes} (select * replace (4 as pane) from {panes} where pane = 1 and {one})", ["duplicated", "regressed", "regressed", "stale"]),
        ("insert into {panes} (select * replace ('x' as tenant_id) from {panes} where pane = 0 and {one})", ["unexpected"]),
        ("update {panes} set timing = 'final' where pane = 3 and {one}", ["corrupted"]),
        ("update {panes} set pane = 9 where pane = 2 and {one}", []),
        ("update {panes} set pane = 9 where pane = 0 and {one}", ["regressed", "regressed", "stale"]),
        ("update {panes} set scans = scans + 1 where pane = 3 and {one}", ["corrupted", "stale"]),
        ("update {panes} set late_events = late_events - 1 where pane = 2 and {one}", ["corrupted"]),
        ("update {panes} set late_events = late_events + 1 where pane = 2 and {one}", ["regressed", "corrupted"]),
        ("update {panes} set scans = 9999 where pane = 0 and {one}", ["regressed", "corrupted"]),
        ("update {panes} set late_events = 1 where pane = 0 and {one}", ["regressed", "corrupted"]),
        ("update {panes} set scans = scans + 1 where pane = 1 and {one}", ["corrupted"]),
    ],
)  # fmt: skip
def test_wrong_panes_are_found(check, warehouse, change, kinds):
    warehouse.change(change.format(panes="curated.kpi_5min_panes", one=_ONE))
    assert _kinds(check()) == kinds


def test_a_sample_says_what_was_counted_and_what_must_be(check, warehouse):
    warehouse.change(f"delete from curated.kpi_5min_panes where pane > 1 and {_ONE}")
    (finding,) = check().findings
    (sample,) = finding.samples
    assert (sample["pane"], sample["timing"], sample["field"]) == ("1", "on_time", "counts")
    assert sample["expected"] != sample["observed"]


@pytest.mark.parametrize("rows", [0, 1])
def test_a_batch_publishes_no_panes(messy, observed, warehouse, rows):
    warehouse.change(f"delete from curated.kpi_5min_panes where not (pane = 1 and {_ONE})")
    if not rows:
        warehouse.change("delete from curated.kpi_5min_panes")
    result = panes.check(messy.expected, observed, mode="batch")
    assert _kinds(result) == [FindingKind.UNEXPECTED] * rows
