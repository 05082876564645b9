"""Clean tables, from facts and fates."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from sim.expected.schema_hashes import schema_hash
from sim.expected.tokens import TokenKey, token

STATUS = "shipment.status.changed"
KEY = TokenKey("k1", b"a key of the tests, 32 bytes long")


def test_fates_decide_what_is_clean_and_how_late(told, rows):
    for fate in ("clean", "late", "too_late", "rejected", "duplicate"):
        told.fact("facility.scan", "08:01", fate)
    told._messages[-1] |= {"kept_message_id": 0, "matched_on": "event_id"}
    told._messages[-2] |= {"code": "bad_json"}
    events = rows("clean.events")
    assert [row["lateness"] for row in events] == ["on_time", "late", "too_late"]
    (rejected,) = rows("clean.rejected")
    assert (rejected["log_offset"], rejected["code"]) == (3, "bad_json")
    (copy,) = rows("ops.duplicates")
    assert (copy["log_offset"], copy["first_log_offset"], copy["matched_on"]) == (4, 0, "event_id")
    assert [row["body_sha256"] for row in rows("raw.messages")] == [f"digest {number}" for number in range(5)]


def test_the_code_of_a_rejection_tells_its_stage(told, rows):
    for code in ("bad_json", "conflicting_duplicate"):
        told.fact("facility.scan", "08:01", "rejected")
        told._messages[-1] |= {"code": code}
    rejected = [(row["code"], row["stage"], row["body_bytes"]) for row in rows("clean.rejected")]
    assert rejected == [("bad_json", "decode", 100), ("conflicting_duplicate", "dedupe", 101)]


def test_the_archive_has_attributes_and_the_utc_day_of_arrival(told, rows):
    told.fact("facility.scan", "02 23:59", tenant_id=None)
    told.fact("facility.scan", "02 23:59")
    told._messages[1] |= {"ingest_time": datetime(2026, 3, 3, tzinfo=UTC)}
    without, with_tenant = rows("raw.messages")
    assert (without["ingest_date"], with_tenant["ingest_date"]) == (date(2026, 3, 2), date(2026, 3, 3))
    assert (without["attributes names"], without["tenant_id"]) == ("event_type source", None)
    assert with_tenant["attributes names"] == "event_type source tenant_id"
    told_of = [with_tenant[name] for name in ("attributes.event_type", "attributes.source", "tenant_id", "bodies")]
    assert told_of == ["facility.scan", "driver_app", "acme", 1]


def test_an_event_has_the_message_s_envelope_and_the_fact_s_content(told, rows):
    told.fact(STATUS, "08:01", status="delivered")
    told._messages[0] |= {"event_id": "another", "partition": 3, "offset": 9}
    (event,) = rows("clean.events")
    assert (event["event_id"], event["log_partition"], event["log_offset"]) == ("another", 3, 9)
    assert (event["shipment_id"], event["facility_id"], event["tenant_id"]) == ("S1", "HUB", "acme")
    microseconds = int(event["event_time"].timestamp() * 1_000_000)
    assert event["dedupe_key"] == f"acme:S1:delivered:{microseconds}"


def test_the_key_of_other_events_is_tenant_source_and_id(told, rows):
    told.fact("facility.scan", "08:01")
    told.fact("facility.scan", "08:01", tenant_id=None)
    keys = [row["dedupe_key"] for row in rows("clean.events")]
    assert keys == ["acme:driver_app:facility.scan/0", ":driver_app:facility.scan/1"]


def test_an_added_field_changes_the_schema_hash(told, rows):
    told.fact("vehicle.telemetry", "08:01", odometer_km=1.0)
    told.fact("vehicle.telemetry", "08:02", odometer_km=1.0)
    told._messages[1] |= {"body": "added_field", "detail": "cabin_c"}
    hashes = [row["schema_hash"] for row in rows("clean.events")]
    assert hashes[0] == hashlib.sha256(b"vehicle.telemetry/1").hexdigest()[:16]
    assert hashes[1] == hashlib.sha256(b"vehicle.telemetry/1+cabin_c").hexdigest()[:16]


def test_a_wrong_clock_decides_when_an_event_happened(told, rows):
    told.fact(STATUS, "08:01", status="delivered")
    wrong, window = datetime(2026, 3, 2, 8, 9, tzinfo=UTC), datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    told._messages[0] |= {"event_time": wrong, "ingest_time": wrong}
    assert [row["event_time"] for row in rows("clean.events")] == [wrong]
    assert [row["event_time"] for row in rows("clean.shipment_status_events")] == [wrong]
    assert [row["window_start"] for row in rows("curated.kpi_5min")] == [window]


def test_a_version_tells_nothing_of_the_fields_that_came_after_it(told):
    for minute in ("01", "02"):
        told.fact("vehicle.telemetry", f"08:{minute}", event_version=2, odometer_km=1.0, battery_pct=80.0)
    told._messages[1]["event_version"] = 1
    payloads = told.expected().payloads["vehicle.telemetry"].to_pylist()
    assert [payload["battery_pct"] for payload in payloads] == [80.0, None]
    assert [payload["fuel_pct"] for payload in payloads] == [50.0, 50.0]


def test_unknown_fields_are_hashed_in_order():
    assert schema_hash("a", 2, ("y", "x")) == hashlib.sha256(b"a/2+x+y").hexdigest()[:16]


def test_personal_data_in_payloads_is_tokens(told):
    told.fact("shipment.created", "08:01", promised_time=datetime(2026, 3, 3, tzinfo=UTC))
    (payload,) = told.expected().payloads["shipment.created"].to_pylist()
    assert payload["recipient_name"] == token(KEY, "acme", "name", "Ada Lovelace")
    assert payload["recipient_email"] == token(KEY, "acme", "email", "ada@example.org")
    assert payload["weight_kg"] == 1.0


def test_a_changed_copy_that_contradicts_nothing_any_more_is_told_as_it_was_changed(told, rows):
    told.fact(STATUS, "08:01", status="delivered")
    told.fact("shipment.eta.updated", "08:02", previous_eta=datetime(2026, 3, 3, tzinfo=UTC))
    for row, event_type in enumerate((STATUS, "shipment.eta.updated")):
        later = told._messages[row]["ingest_time"] + timedelta(days=9)
        told.message(event_type, 0, body="changed", fate="clean", ingest_time=later)
    carriers = [(row["carrier_code"], row["carrier_known"]) for row in rows("clean.shipment_status_events")]
    assert carriers == [("NORD", True), ("NORD-2", False)]
    etas = told.expected().payloads["shipment.eta.updated"]["previous_eta"].to_pylist()
    assert etas == [datetime(2026, 3, 3, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)]


def test_a_clean_message_that_its_fact_does_not_explain_is_an_error(told):
    told.fact("facility.scan", "08:01")
    told._messages[0]["body"] = "malformed"
    with pytest.raises(ValueError, match=r"clean facility\.scan message whose body"):
        told.expected()


def test_too_late_is_told_from_the_window_s_end_and_the_allowed_lateness(told, rows):
    told.fact("facility.scan", "08:01", "too_late")
    (event,) = rows("clean.events")
    told._messages[0]["ingest_time"] = event["event_time"] + timedelta(minutes=40)
    (late,) = rows("clean.too_late")
    assert late["window_end"] == event["event_time"] + timedelta(minutes=4)
    assert late["too_late_by_s"] == (40 - 4 - 30) * 60


def test_a_clock_that_says_1969_has_its_own_window(told, rows):
    told.fact("facility.scan", "08:01", "too_late")
    told._messages[0]["event_time"] = datetime(1969, 12, 31, 23, 58, tzinfo=UTC)
    (late,) = rows("clean.too_late")
    assert late["window_end"] == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("when", "name"), [("11:59", "Old"), ("12:00", "New")])
def test_a_status_change_is_joined_to_the_facility_as_it_was(told, rows, when, name):
    told.fact(STATUS, when, status="in_transit")
    (row,) = rows("clean.shipment_status_events")
    assert (row["facility_known"], row["facility_name"], row["carrier_name"]) == (True, name, "Nord")


def test_an_unknown_facility_or_carrier_keeps_its_row(told, rows):
    told.fact(STATUS, "08:00", status="in_transit", facility_id="NEW", carrier_code="?")
    (row,) = rows("clean.shipment_status_events")
    assert (row["facility_known"], row["facility_name"], row["facility_timezone"]) == (False, None, None)
    assert (row["carrier_known"], row["carrier_name"]) == (False, None)


def test_kpis_count_by_window_of_event_time(told, rows):
    # event    08:00 s  08:04 d  08:05 d(late)  08:06 d(too late)  08:07 scan
    # windows  [08:00 - - - - 08:05) [08:05 - - - - - - - - - - - - - 08:10)
    told.fact(STATUS, "08:00", status="created")
    told.fact(STATUS, "08:04", status="delivered")
    told.fact(STATUS, "08:05", "late", status="delivered")
    told.fact(STATUS, "08:06", "too_late", status="delivered")
    told.fact("facility.scan", "08:07")
    first, second = rows("curated.kpi_5min")
    assert (first["created"], first["delivered"], first["scans"], first["late_events"]) == (1, 1, 0, 0)
    assert (second["created"], second["delivered"], second["scans"], second["late_events"]) == (0, 1, 1, 1)
    assert (second["window_start"] - first["window_start"]) == timedelta(minutes=5)
    assert second["window_start"].date() == date(2026, 3, 2)
