"""Every message stands in one place, the right one, or is named."""

import pytest

from sim.checks import dispositions
from sim.checks.verdict import FindingKind, Outcome


@pytest.fixture
def check(observed):
    return lambda: dispositions.check(observed)


def test_every_message_in_its_place_passes(check, messy):
    result = check()
    assert (result.outcome, result.compared) == (Outcome.PASS, messy.ledger.messages.num_rows)


@pytest.mark.parametrize("table", ["clean.events", "ops.duplicates", "clean.rejected"])
def test_a_message_nowhere_is_undisposed(check, warehouse, table):
    place = "log_partition, log_offset"
    warehouse.change(f"delete from {table} where ({place}) in (select ({place}) from {table} order by all limit 1)")
    (finding,) = check().findings
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.UNDISPOSED, table, 1)


def test_a_wrong_code_is_misrouted(check, warehouse):
    warehouse.change("update clean.rejected set code = 'too_deep' where code = 'bad_encoding'")
    (finding,) = check().findings
    assert (finding.kind, finding.table) == (FindingKind.MISROUTED, "clean.rejected")
    assert finding.detail.endswith("in clean.rejected as too_deep, must be in clean.rejected as bad_encoding")


def test_a_duplicate_that_is_clean_is_misrouted(check, warehouse):
    warehouse.change(
        "update clean.events e set log_offset = d.log_offset, log_partition = d.log_partition "
        "from ops.duplicates d where e.event_id = (select min(event_id) from clean.events) "
        "and d.log_offset = (select min(log_offset) from ops.duplicates)"
    )
    kinds = {finding.kind: finding for finding in check().findings}
    assert set(kinds) == {FindingKind.MISROUTED, FindingKind.UNDISPOSED}
    assert "in clean.events and ops.duplicates, must be in ops.duplicates" in kinds[FindingKind.MISROUTED].detail


def test_a_rejected_message_that_is_clean_too_is_misrouted(check, warehouse):
    warehouse.change(
        "insert into clean.events (select e.* replace (r.log_partition as log_partition, r.log_offset as log_offset) "
        "from (from clean.events limit 1) e, (from clean.rejected where code = 'wrong_type' limit 1) r)"
    )
    (finding,) = check().findings
    assert (finding.kind, finding.rows) == (FindingKind.MISROUTED, 1)
    assert "in clean.events and clean.rejected as wrong_type" in finding.detail
