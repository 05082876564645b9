"""Marts, from facts whose answer can be told by hand. HUB is in Berlin (UTC+1), FAR in New York (UTC-5)."""

from datetime import UTC, date, datetime

import pytest

STATUS = "shipment.status.changed"
PROMISED = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def created(told):
    return lambda shipment, when, fate="clean", **values: told.fact(
        "shipment.created", when, fate, shipment_id=shipment, **({"promised_time": PROMISED} | values)
    )


@pytest.fixture
def status(told):
    return lambda shipment, when, status, fate="clean", **values: told.fact(
        STATUS, when, fate, shipment_id=shipment, status=status, **values
    )


def test_shipments_by_the_origin_s_local_day_and_what_became_of_them(created, status, rows):
    created("S1", "22:30")
    created("S2", "23:30")  # the next day in Berlin
    created("S3", "23:30")
    created("S4", "23:30")
    status("S2", "03 04:30", "delivered")
    status("S2", "03 05:30", "delivered")
    status("S3", "03 05:00", "exception", reason="nobody_home")
    status("S3", "03 06:30", "delivered", "too_late")
    status("S4", "03 05:00", "exception", reason="returned")
    first, second = sorted(rows("curated.mart_shipments_daily"), key=lambda row: row["created_date"])
    assert (first["created_date"], first["shipments"], first["open"]) == (date(2026, 3, 2), 1, 1)
    assert first["hours_to_deliver_mean"] is None
    assert second["created_date"] == date(2026, 3, 3)
    assert (second["shipments"], second["delivered"], second["with_exception"], second["open"]) == (3, 2, 2, 0)
    assert second["hours_to_deliver_mean"] == (5 + 7) / 2


def test_shipments_apart_by_tenant_origin_and_service_level(created, rows):
    created("S1", "08:00")
    created("S2", "08:00", tenant_id="globex")
    created("S3", "08:00", origin_facility_id="FAR")
    created("S4", "08:00", service_level="express")
    assert len(rows("curated.mart_shipments_daily")) == 4


def test_events_without_a_clean_message_are_not_in_the_marts(told, created, status, rows):
    created("S1", "08:00", "rejected")
    told._messages[-1] |= {"code": "bad_json"}
    status("S1", "09:00", "delivered")
    assert rows("curated.mart_shipments_daily") == []
    assert rows("curated.mart_on_time_performance") == []


def test_on_time_performance_counts_the_first_delivery_where_it_was(created, status, rows):
    for shipment in ("S1", "S2", "S3"):
        created(shipment, "08:00")
    status("S1", "03 12:00", "delivered", facility_id="FAR")  # on the minute
    status("S1", "03 18:00", "delivered", facility_id="FAR")
    status("S2", "03 12:30", "delivered", facility_id="FAR")
    status("S3", "03 04:30", "delivered", facility_id="FAR")  # the day before in New York
    status("S9", "03 04:30", "delivered", facility_id="FAR")  # never created
    before, day = sorted(rows("curated.mart_on_time_performance"), key=lambda row: row["delivered_date"])
    assert (before["delivered_date"], before["delivered"], before["on_time"]) == (date(2026, 3, 2), 1, 1)
    assert before["minutes_late_max"] == -450
    assert (day["delivered_date"], day["delivered"]) == (date(2026, 3, 3), 2)
    assert (day["on_time"], day["on_time_rate"]) == (1, 0.5)
    assert (day["facility_id"], day["carrier_code"], day["minutes_late_max"]) == ("FAR", "NORD", 30)


def test_tenants_may_share_shipment_ids(created, status, rows):
    for tenant, promised in (("acme", 4), ("globex", 12), (None, 12)):
        created("S1", "08:00", tenant_id=tenant, promised_time=datetime(2026, 3, 3, promised, tzinfo=UTC))
    status("S1", "03 06:00", "delivered", tenant_id="acme")
    status("S1", "03 06:00", "delivered", tenant_id="globex")
    status("S1", "03 06:00", "exception", reason="returned", tenant_id=None)
    daily = {row["tenant_id"]: row for row in rows("curated.mart_shipments_daily")}
    assert {key: (row["delivered"], row["with_exception"], row["open"]) for key, row in daily.items()} == {
        "acme": (1, 0, 0),
        "globex": (1, 0, 0),
        "": (0, 1, 0),
    }
    on_time = {row["tenant_id"]: row["on_time"] for row in rows("curated.mart_on_time_performance")}
    assert on_time == {"acme": 0, "globex": 1}


def test_a_shipment_created_twice_counts_once_as_it_was_first(created, status, rows):
    created("S1", "09:00", service_level="express")
    created("S1", "08:00")
    status("S1", "10:00", "delivered")
    (daily,) = rows("curated.mart_shipments_daily")
    assert (daily["service_level"], daily["shipments"], daily["hours_to_deliver_mean"]) == ("standard", 1, 2)
    (delivered,) = rows("curated.mart_on_time_performance")
    assert (delivered["service_level"], delivered["delivered"]) == ("standard", 1)


def test_exceptions_by_local_day_and_reason(status, rows):
    status("S1", "22:00", "exception", reason="nobody_home")
    status("S1", "22:30", "exception", reason="nobody_home")
    status("S2", "22:30", "exception", reason="nobody_home")
    status("S2", "23:30", "exception", reason="nobody_home")
    status("S2", "22:40", "exception", reason="refused")
    told = {(row["exception_date"].day, row["reason"]): row for row in rows("curated.mart_exceptions")}
    assert {key: (row["exceptions"], row["shipments"]) for key, row in told.items()} == {
        (2, "nobody_home"): (3, 2),
        (3, "nobody_home"): (1, 1),
        (2, "refused"): (1, 1),
    }


def test_drivers_by_utc_day_with_the_way_of_each_vehicle(told, rows):
    def reading(when, vehicle, km, speed):
        told.fact("vehicle.telemetry", when, vehicle_id=vehicle, odometer_km=km, speed_kmh=speed)

    reading("08:00", "V1", 100.0, 30.0)
    reading("09:00", "V1", 110.0, 60.0)
    reading("10:00", "V2", 500.0, 0.0)
    reading("11:00", "V2", 505.0, 30.0)
    reading("23:59", "V1", 130.0, 30.0)
    reading("03 00:00", "V1", 170.0, 90.0)
    first, second = sorted(rows("features.driver_behavior_daily"), key=lambda row: row["event_date"])
    assert (first["event_date"], first["readings"], first["harsh_brakes"]) == (date(2026, 3, 2), 5, 5)
    assert (first["speed_kmh_max"], first["speed_kmh_mean"], first["distance_km"]) == (60.0, 30.0, 35.0)
    assert (second["event_date"], second["distance_km"]) == (date(2026, 3, 3), 0.0)
