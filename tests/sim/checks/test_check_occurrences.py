"""An event that is forgotten and comes again is in the tables twice, rightly; and nothing else is."""

from collections.abc import Iterator

import pytest

from pipeline.contract.tables import TABLES
from sim.checks import tables
from sim.checks.observed import Observed
from sim.checks.scratch import open_scratch
from sim.checks.verdict import FindingKind, Outcome
from sim.faults import Duplicate, Replay
from sim.scenario import Platform
from sim.units import Duration, Share

MINUTE = 60 * 1_000_000
_AGAIN = """
    select * from clean.events
    qualify row_number() over (partition by tenant_id, source, event_id order by ingest_time) = 2
    order by all limit 1
"""
"""One event as it was taken the second time."""
_COPY = """
    insert into clean.events (select again.* replace (
        again.ingest_time {after} as ingest_time, -1 as log_offset) from again)
"""


@pytest.fixture
def replayed(run_of):
    """Half an hour comes again when all of it is forgotten, and copies at once."""
    return run_of(
        platform=Platform(dedupe_ttl=Duration(30 * MINUTE)),
        faults=(
            Duplicate(share=Share(0.1)),
            Replay(after=Duration(300 * MINUTE), until=Duration(330 * MINUTE), at=Duration(400 * MINUTE)),
        ),
    )


@pytest.fixture
def warehouse(replayed, right_tables_of, memory_warehouse):
    made = memory_warehouse(right_tables_of(replayed))
    made.change(f"create table again as {_AGAIN}")
    return made


@pytest.fixture
def found(replayed, warehouse) -> Iterator:
    with open_scratch() as scratch:
        scratch.load_ledger(replayed.ledger)
        observed = Observed(warehouse, scratch)

        def findings(name: str = "clean.events") -> list[tuple[FindingKind, int]]:
            result = tables.check(TABLES[name], replayed.expected, observed)
            assert result.outcome is (Outcome.FAIL if result.findings else Outcome.PASS)
            return [(one.kind, one.rows) for one in result.findings]

        yield findings


def test_an_event_may_be_there_twice(found, warehouse):
    (twice,) = warehouse.one("select count(*) from again").values()
    assert twice == 1
    for name in ("clean.events", "clean.shipment_status_events", "clean.too_late", "ops.duplicates"):
        assert found(name) == [], name


def test_the_second_time_can_be_lost(found, warehouse):
    warehouse.change(
        "delete from clean.events where (ingest_time, event_id) in (select (ingest_time, event_id) from again)"
    )
    assert found() == [(FindingKind.LOST, 1)]


@pytest.mark.parametrize("after", ["+ interval 1 second", "- interval 1 minute"])
def test_a_copy_is_one_too_many_whichever_time_it_repeats(found, warehouse, after):
    warehouse.change(_COPY.format(after=after))
    assert found() == [(FindingKind.DUPLICATED, 1)]


def test_the_second_time_has_a_payload_of_its_own(found, warehouse):
    warehouse.change(
        "update clean.events set payload = json_merge_patch(payload, '{\"more\": 1}') "
        "where (ingest_time, event_id) in (select (ingest_time, event_id) from again)"
    )
    assert found() == [(FindingKind.CORRUPTED, 1)]


def test_forgetting_nothing_loses_all_that_came_again(found, warehouse):
    warehouse.change(
        "delete from clean.events where (ingest_time, event_id) not in "
        "(select (min(ingest_time), event_id) from clean.events group by event_id)"
    )
    ((kind, rows),) = found()
    assert (kind, rows > 20) == (FindingKind.LOST, True)
