"""What commands say about themselves: right rows pass, and each way to be wrong has its finding."""

# ruff: noqa: E501 (a table reads better with one case to a line)

from collections.abc import Callable

import pytest

from sim.checks import operated
from sim.checks.verdict import CheckResult, FindingKind, Outcome

_RECONCILED = "('1', 'curated.mart_exceptions', date '2026-03-02', 4, 5, 1, 2, 'rebuilt')"


@pytest.fixture
def check(messy, observed, token_keys) -> Callable[..., CheckResult]:
    return lambda mode="batch": operated.check(observed, mode, [key.id for key in token_keys])


def test_a_run_that_tells_of_itself_passes(check):
    result = check()
    assert (result.outcome, result.compared, result.findings) == (Outcome.PASS, 1, ())


def test_what_was_done_later_is_no_matter(check, warehouse):
    warehouse.change(
        "insert into ops.runs (select * replace ('2' as run_id, 'backfill' as command, 7 as messages) from ops.runs)"
    )
    warehouse.change(f"insert into ops.recon_results values {_RECONCILED}")
    assert check().compared == 3
    assert check().findings == ()


@pytest.mark.parametrize(
    ("change", "kind", "table"),
    [
        ("delete from ops.runs", FindingKind.LOST, "ops.runs"),
        ("update ops.runs set command = 'marts'", FindingKind.LOST, "ops.runs"),
        ("insert into ops.runs (from ops.runs)", FindingKind.DUPLICATED, "ops.runs"),
        ("update ops.runs set messages = messages - 1", FindingKind.CORRUPTED, "ops.runs"),
        ("update ops.runs set mode = 'streaming'", FindingKind.CORRUPTED, "ops.runs"),
        ("update ops.runs set key_ids = 'other'", FindingKind.CORRUPTED, "ops.runs"),
        ("update ops.runs set finished_at = started_at - interval 1 second", FindingKind.CORRUPTED, "ops.runs"),
        (f"insert into ops.recon_results (select * replace ('9' as col0) from (values {_RECONCILED}))", FindingKind.UNEXPECTED, "ops.recon_results"),
        (f"insert into ops.recon_results (select * replace ('clean.events' as col1) from (values {_RECONCILED}))", FindingKind.UNEXPECTED, "ops.recon_results"),
        (f"insert into ops.recon_results (select * replace (-1 as col5) from (values {_RECONCILED}))", FindingKind.CORRUPTED, "ops.recon_results"),
    ],
)  # fmt: skip
def test_each_way_to_be_wrong_is_found(check, warehouse, change, kind, table):
    warehouse.change(change)
    (finding,) = check().findings
    assert (finding.kind, finding.table) == (kind, table)


def test_a_wrong_value_is_shown_beside_the_right_one(check, messy, warehouse):
    warehouse.change("update ops.runs set messages = 7")
    (finding,) = check().findings
    right = str(messy.ledger.messages.num_rows)
    assert finding.samples == ({"run_id": "1", "field": "messages", "expected": right, "observed": "7"},)
