"""The marts: each definition on a handful of events worked out by hand."""

from datetime import date, datetime
from typing import Any

import pytest
from pipeline_messages import HOUR, MINUTE, START, Process, appended, created, event, status, telemetry

from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import MARTS
from pipeline.marts import build_marts, select

DAY = date(2026, 3, 2)
ON_TIME = "curated.mart_on_time_performance"
LATE_EVENING_UTC = datetime.fromisoformat("2026-03-02T23:30:00+00:00")
NEXT_DAY_IN_BERLIN = date(2026, 3, 3)


def built(process: Process, *events: bytes) -> LocalWarehouse:
    warehouse = process([appended(events, START + 30 * HOUR)])
    build_marts(warehouse)
    return warehouse


def rows(warehouse: LocalWarehouse, mart: str) -> list[dict[str, Any]]:
    return list(warehouse.query(f"SELECT * FROM {mart} ORDER BY 1, 2, 3, 4").read_all().to_pylist())


def test_empty_tables_give_empty_marts_of_the_right_types(process: Process) -> None:
    warehouse = process([])
    build_marts(warehouse)
    for mart in MARTS:
        found = warehouse.query(f"SELECT * FROM {mart.name}").read_all()
        assert found.num_rows == 0
        assert [(f.name, f.type) for f in found.schema] == [(f.name, f.type) for f in mart.schema]


def test_shipments_daily(process: Process) -> None:
    warehouse = built(
        process,
        event(created("S1"), "c1"),
        event(created("S2"), "c2"),
        event(created("S3"), "c3"),
        event(created("S4"), "c4"),
        event(created("S5"), "c5", at=LATE_EVENING_UTC),
        event(created("S6", origin_facility_id="NOWHERE"), "c6", at=LATE_EVENING_UTC, tenant_id=None),
        event(status("S1", "delivered"), "d1", at=START + 2 * HOUR),
        event(status("S1", "delivered"), "d2", at=START + 9 * HOUR),
        event(status("S2", "exception", reason="nobody_home"), "x1", at=START + HOUR),
        event(status("S2", "exception", reason="nobody_home"), "x2", at=START + 2 * HOUR),
        event(status("S2", "delivered"), "d3", at=START + 5 * HOUR),
        event(status("S3", "exception", reason="returned"), "x3", at=START + HOUR),
    )
    first, in_berlin, nowhere = sorted(
        rows(warehouse, "curated.mart_shipments_daily"), key=lambda row: (-row["shipments"], row["origin_facility_id"])
    )
    key = ("created_date", "tenant_id", "origin_facility_id", "service_level")
    assert [first[name] for name in key] == [DAY, "acme", "MITTE", "standard"]
    assert [first[name] for name in ("shipments", "delivered", "with_exception", "open")] == [4, 2, 2, 1]
    assert first["hours_to_deliver_mean"] == (2 + 5) / 2
    assert (in_berlin["created_date"], in_berlin["open"]) == (NEXT_DAY_IN_BERLIN, 1)
    assert [group["with_exception"] for group in (in_berlin, nowhere)] == [0, 0], "of a group that had no outcome"
    assert in_berlin["hours_to_deliver_mean"] is None
    assert (nowhere["created_date"], nowhere["tenant_id"]) == (DAY, "")


def test_on_time_performance(process: Process) -> None:
    warehouse = built(
        process,
        event(created("S1", promised_time=START + 2 * HOUR), "c1"),
        event(created("S2", promised_time=START + 2 * HOUR), "c2"),
        event(status("S1", "delivered"), "d1", at=START + 2 * HOUR),
        event(status("S1", "delivered"), "d2", at=START + 3 * HOUR),
        event(status("S2", "delivered"), "d3", at=START + 2 * HOUR + MINUTE / 2),
        event(status("S9", "delivered"), "d4"),
    )
    (row,) = rows(warehouse, ON_TIME)
    assert row == {
        "delivered_date": DAY,
        "tenant_id": "acme",
        "facility_id": "MITTE",
        "carrier_code": "NORD",
        "service_level": "standard",
        "delivered": 2,
        "on_time": 1,
        "on_time_rate": 0.5,
        "minutes_late_max": 0.5,
    }


def test_tenants_may_share_shipment_ids(process: Process) -> None:
    warehouse = built(
        process,
        event(created("S1", promised_time=START + HOUR), "c1"),
        event(created("S1", promised_time=START + 3 * HOUR), "c2", tenant_id="globex"),
        event(created("S1", promised_time=START + 3 * HOUR), "c3", tenant_id=None),
        event(status("S1", "delivered"), "d1", at=START + 2 * HOUR),
        event(status("S1", "delivered"), "d2", at=START + 2 * HOUR, tenant_id="globex"),
        event(status("S1", "exception", reason="returned"), "x1", at=START + HOUR, tenant_id=None),
    )
    daily = {row["tenant_id"]: row for row in rows(warehouse, "curated.mart_shipments_daily")}
    counts = ("shipments", "delivered", "with_exception", "open")
    assert {tenant: [row[name] for name in counts] for tenant, row in daily.items()} == {
        "acme": [1, 1, 0, 0],
        "globex": [1, 1, 0, 0],
        "": [1, 0, 1, 0],
    }
    on_time = {row["tenant_id"]: (row["delivered"], row["on_time"]) for row in rows(warehouse, ON_TIME)}
    assert on_time == {"acme": (1, 0), "globex": (1, 1)}


def test_a_shipment_created_twice_counts_once_as_it_was_first(process: Process) -> None:
    warehouse = built(
        process,
        event(created("S1", service_level="express"), "c2", at=START + HOUR),
        event(created("S1", promised_time=START + 9 * HOUR), "c1"),
        event(status("S1", "delivered"), "d1", at=START + 8 * HOUR),
    )
    (daily,) = rows(warehouse, "curated.mart_shipments_daily")
    assert (daily["service_level"], daily["shipments"], daily["hours_to_deliver_mean"]) == ("standard", 1, 8)
    (delivered,) = rows(warehouse, ON_TIME)
    assert (delivered["service_level"], delivered["delivered"], delivered["minutes_late_max"]) == ("standard", 1, -60)


def test_what_happens_at_the_moment_of_a_rename_counts_once(process: Process) -> None:
    warehouse = built(
        process,
        event(created("S1"), "c1", at=START + HOUR),
        event(status("S1", "exception", reason="damaged"), "x1", at=START + HOUR),
        event(status("S1", "delivered"), "d1", at=START + HOUR),
    )
    (daily,) = rows(warehouse, "curated.mart_shipments_daily")
    (exceptions,) = rows(warehouse, "curated.mart_exceptions")
    (delivered,) = rows(warehouse, ON_TIME)
    assert (daily["shipments"], exceptions["exceptions"], delivered["delivered"]) == (1, 1, 1)


def test_exceptions(process: Process) -> None:
    warehouse = built(
        process,
        event(status("S1", "exception", reason="refused"), "x1"),
        event(status("S1", "exception", reason="refused"), "x2", at=START + MINUTE),
        event(status("S2", "exception", reason="refused"), "x3"),
        event(status("S2", "exception", reason="refused"), "x4", at=LATE_EVENING_UTC),
        event(status("S2", "delivered"), "d1"),
    )
    found = [
        (row["exception_date"], row["exceptions"], row["shipments"])
        for row in rows(warehouse, "curated.mart_exceptions")
    ]
    assert found == [(DAY, 3, 2), (NEXT_DAY_IN_BERLIN, 1, 1)]


def test_driver_behavior(process: Process) -> None:
    warehouse = built(
        process,
        event(telemetry("V1", odometer_km=100.0, speed_kmh=10.0, harsh_brakes=1), "t1"),
        event(telemetry("V1", odometer_km=110.5, speed_kmh=30.0, harsh_brakes=2), "t2"),
        event(telemetry("V2", odometer_km=7.0, speed_kmh=50.0), "t3"),
        event(telemetry("V2", odometer_km=9.0, speed_kmh=50.0), "t4"),
        event(telemetry("V2", odometer_km=900.0), "t5", at=START + 24 * HOUR),
    )
    first, second = rows(warehouse, "features.driver_behavior_daily")
    assert first == {
        "event_date": DAY,
        "driver_id": "D1",
        "readings": 4,
        "harsh_brakes": 3,
        "speed_kmh_max": 50.0,
        "speed_kmh_mean": 35.0,
        "distance_km": 12.5,
    }
    assert (second["event_date"], second["distance_km"]) == (NEXT_DAY_IN_BERLIN, 0.0)


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.name)
def test_each_file_says_what_it_is(mart: Any) -> None:
    header = [line for line in select(mart).splitlines() if line.startswith("--")]
    for word in ("Grain:", "Keys:", "Inputs:", "Late data:"):
        assert any(word in line for line in header)
