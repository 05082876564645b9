"""What windows must count, told by hand."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

STATUS = "shipment.status.changed"


def test_a_scan_counts_in_the_fifteen_windows_that_it_lies_in(told, rows):
    # 08:00 - - - - - - - - 08:14 08:15 08:16      windows of 15 minutes, one each minute
    #       scan 08:14:00 ---^     the last of its windows starts with it, the first one at 08:00
    told.fact("facility.scan", "08:14")
    counted = sorted(rows("curated.facility_throughput"), key=lambda row: row["window_start"])
    first = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert [row["window_start"] for row in counted] == [first + timedelta(minutes=n) for n in range(15)]
    assert {(row["arrivals"], row["departures"]) for row in counted} == {(1, 0)}
    assert all(row["window_end"] - row["window_start"] == timedelta(minutes=15) for row in counted)


def test_the_last_microsecond_of_a_minute_belongs_to_it(told, rows):
    told.fact("facility.scan", "08:14")
    told._messages[0]["event_time"] += timedelta(minutes=1, microseconds=-1)
    assert min(row["window_start"] for row in rows("curated.facility_throughput")).minute == 0


def test_throughput_is_by_tenant_facility_and_direction_and_nothing_too_late_is_in_it(told, rows):
    told.fact("facility.scan", "08:00")
    told.fact("facility.scan", "08:10", "late", scan_type="departure")
    told.fact("facility.scan", "08:10", "too_late")
    told.fact("facility.scan", "08:10", "rejected")
    told._messages[-1]["code"] = "bad_json"
    told.fact("facility.scan", "08:10", facility_id="FAR", tenant_id=None)
    window = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    at_eight = [row for row in rows("curated.facility_throughput") if row["window_start"] == window]
    counted = {(row["tenant_id"], row["facility_id"]): (row["arrivals"], row["departures"]) for row in at_eight}
    assert counted == {("acme", "HUB"): (1, 1), ("", "FAR"): (1, 0)}


def test_a_clock_that_says_1969_has_windows_of_its_own(told, rows):
    told.fact("facility.scan", "08:01")
    told._messages[0]["event_time"] = datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC)
    starts = [row["window_start"] for row in rows("curated.facility_throughput")]
    assert (max(starts), len(starts)) == (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), 15)


def test_what_came_late_is_not_in_a_window_when_it_is_complete(told):
    told.fact(STATUS, "08:01", status="delivered")
    told.fact(STATUS, "08:02", "late", status="delivered")
    told.fact(STATUS, "08:03", "too_late", status="delivered")
    told.fact(STATUS, "08:06", "late", status="delivered")
    expected = told.expected()
    (on_time,) = expected.on_time.to_pylist()
    assert (on_time["delivered"], on_time["late_events"]) == (1, 0)
    at_end = pa.Table.to_pylist(expected.tables["curated.kpi_5min"])
    assert [(row["delivered"], row["late_events"]) for row in at_end] == [(2, 1), (1, 1)]
