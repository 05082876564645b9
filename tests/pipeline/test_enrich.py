"""Enrichment: facility and carrier as they were when it happened."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pipeline_messages import HOUR, HOUR_US, KEY, START, event, messages, reference, scan, status

from pipeline.contract.tables import DIM_FACILITY
from pipeline.stages.as_of import as_of
from pipeline.stages.decode import decode
from pipeline.stages.enrich import enrich
from pipeline.stages.windows import place

US = timedelta(microseconds=1)


def enriched(*values: bytes, facilities: pa.Table | None = None) -> list[dict[str, object]]:
    placed = place(decode(messages(values), 10**15, KEY)["valid"], HOUR_US)["events"]
    tables = reference()
    found = enrich(placed, tables["dim_facility"] if facilities is None else facilities, tables["dim_carrier"])
    return list(found["status_events"].to_pylist())


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (datetime(1999, 12, 31, tzinfo=UTC), None),
        (datetime(2000, 1, 1, tzinfo=UTC), "Old name"),
        (START + HOUR - US, "Old name"),
        (START + HOUR, "New name"),
    ],
)
def test_the_facility_is_the_one_of_its_time(at: datetime, name: str | None) -> None:
    (row,) = enriched(event(status(), at=at))
    assert row["facility_name"] == name
    assert row["facility_known"] == (name is not None)
    assert row["facility_timezone"] == ("Europe/Berlin" if name else None)


def test_the_unknown_is_kept_and_flagged() -> None:
    (row,) = enriched(event(status(facility_id="NOWHERE", carrier_code="NOBODY")))
    assert (row["facility_known"], row["facility_name"], row["facility_kind"]) == (False, None, None)
    assert (row["carrier_known"], row["carrier_name"]) == (False, None)


def test_only_status_changes_come_out() -> None:
    rows = enriched(event(scan(), "e1"), event(status(carrier_code="NORD"), "e2"))
    assert [(row["event_id"], row["carrier_name"]) for row in rows] == [("e2", "Nordlinie")]


def test_an_empty_dimension_knows_nobody() -> None:
    (row,) = enriched(event(status()), facilities=DIM_FACILITY.schema.empty_table())
    assert row["facility_known"] is False


def test_a_gap_in_validity_is_unknown() -> None:
    time = pa.timestamp("us", tz="UTC")
    dimension = pa.table(
        {
            "k": ["b", "a", "b"],
            "valid_from": pa.array([10, 0, 0], time),
            "valid_to": pa.array([None, 5, 5], time),
        }
    )
    keys, times = pa.array(["b", "b", "b", "b", "a", "a", "c"]), pa.array([4, 5, 10, 99, -1, 4, 4], time)
    assert as_of(dimension, "k", keys, times).to_pylist() == [2, None, 0, 0, None, 1, None]
