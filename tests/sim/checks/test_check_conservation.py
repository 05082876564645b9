"""Messages in, messages out, for every tenant and type: nothing vanishes, nothing appears."""

import pytest

from sim.checks import conservation
from sim.checks.verdict import FindingKind, Outcome


@pytest.fixture
def rows(observed):
    return lambda: conservation.conserved(observed)


def test_what_was_sent_is_disposed_of(rows, messy):
    result = conservation.check(rows())
    assert (result.outcome, result.compared) == (Outcome.PASS, messy.ledger.messages.num_rows)


def test_planned_and_observed_agree_by_fate(rows, messy):
    counted = rows()
    assert all(row.planned == row.observed for row in counted)
    assert {(row.tenant_id, row.event_type) for row in counted} >= {
        ("acme", "shipment.created"),
        ("", "vehicle.telemetry"),
    }
    fates = messy.ledger.messages["fate"].to_pylist()
    for fate in ("clean", "late", "too_late", "duplicate", "rejected"):
        assert sum(getattr(row.observed, fate) for row in counted) == fates.count(fate) > 0


def test_a_message_without_a_fate_is_undisposed(rows, warehouse):
    warehouse.change(
        "delete from clean.events where event_id = "
        "(select min(event_id) from clean.events where event_type = 'shipment.created' and tenant_id = 'globex')"
    )
    (finding,) = conservation.check(rows()).findings
    assert (finding.kind, finding.table, finding.rows) == (FindingKind.UNDISPOSED, "raw.messages", 1)
    assert finding.detail.endswith("shipment.created of globex")
    assert (finding.samples[0]["tenant_id"], finding.samples[0]["event_type"]) == ("globex", "shipment.created")


def test_a_message_that_never_came_is_undisposed_although_the_tables_agree(rows, warehouse):
    gone = warehouse.one("select log_partition as p, log_offset as o from clean.events limit 1")
    for table in ("clean.events", "raw.messages"):
        warehouse.change(f"delete from {table} where log_partition = {gone['p']} and log_offset = {gone['o']}")
    (finding,) = conservation.check(rows()).findings
    assert (finding.kind, finding.rows) == (FindingKind.UNDISPOSED, 1)
    assert "sent and not received" in finding.detail


def test_one_too_many_here_does_not_make_up_for_one_too_few_there(rows, warehouse):
    for event_type, change in (("facility.scan", "clean"), ("driver.location", "gone")):
        one = f"(select min(event_id) from clean.events where event_type = '{event_type}')"
        if change == "clean":
            warehouse.change(f"insert into clean.events (from clean.events where event_id = {one})")
        else:
            warehouse.change(f"delete from clean.events where event_id = {one}")
    (finding,) = conservation.check(rows()).findings
    assert finding.rows == 2


def test_nothing_counted_is_unknown():
    assert conservation.check(()).outcome is Outcome.UNKNOWN
