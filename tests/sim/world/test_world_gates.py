"""Facilities: work only behind open gates, and never more vehicles unloading than there are docks."""

from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest


@pytest.fixture(scope="module")
def facilities(scenario):
    return {facility.id: facility for facility in scenario.network.facilities}


def _clock_s(moment, facility):
    local = moment.astimezone(ZoneInfo(facility.timezone))
    return local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6


def test_labels_are_read_only_while_the_facility_is_open(truth, facilities):
    for scan in truth.facts["facility.scan"].to_pylist():
        facility = facilities[scan["facility_id"]]
        clock_s = _clock_s(scan["event_time"], facility)
        assert facility.open.opens.s <= clock_s < facility.open.closes.s


def test_gates_open_and_close_by_the_local_clock(truth, facilities, scenario):
    changes = defaultdict(list)
    for row in truth.facts["facility.capacity.changed"].to_pylist():
        changes[row["facility_id"]].append(row)
    assert [row["event_time"] for row in changes.pop("HUB")] == [scenario.start]
    assert set(changes) == {"NORTH", "WEST", "SOUTH"}
    for facility_id, rows in changes.items():
        facility = facilities[facility_id]
        assert [row["reason"] for row in rows] == ["opening", "closing"] * 3
        for row in rows:
            opening = row["reason"] == "opening"
            assert row["docks_open"] == (facility.docks if opening else 0)
            hours = facility.open.opens if opening else facility.open.closes
            assert _clock_s(row["event_time"], facility) == hours.s


def test_no_more_vehicles_unload_than_there_are_docks(truth, facilities):
    """Parcels that left one facility at one moment travelled together: their arrival scans span one unloading."""
    left, scans = defaultdict(list), defaultdict(list)
    for row in truth.facts["shipment.status.changed"].to_pylist():
        if row["status"] == "in_transit":
            left[row["shipment_id"]].append((row["facility_id"], row["event_time"]))
    for row in truth.facts["facility.scan"].to_pylist():
        if row["scan_type"] == "arrival":
            scans[row["shipment_id"]].append(row)
    unloadings = defaultdict(list)
    for shipment, departures in left.items():
        for departure, scan in zip(departures, scans[shipment][1:], strict=False):
            unloadings[scan["facility_id"], *departure].append(scan["event_time"])
    moves = sorted(
        move
        for (facility, *_), times in unloadings.items()
        for move in ((min(times), 1, facility), (max(times), -1, facility))
    )
    busy, most = defaultdict(int), defaultdict(int)
    for _, step, facility in sorted(moves):
        busy[facility] += step
        most[facility] = max(most[facility], busy[facility])
    assert most["HUB"] == 1
    assert all(most[facility] <= facilities[facility].docks for facility in most)


def test_vehicles_carry_no_more_than_they_hold_and_take_first_who_came_first(truth, scenario):
    loads, came = defaultdict(list), {}
    for row in truth.facts["facility.scan"].to_pylist():
        if row["scan_type"] == "arrival":
            came[row["shipment_id"], row["facility_id"]] = row["event_time"]
    for row in truth.facts["shipment.status.changed"].to_pylist():
        if row["status"] == "in_transit":
            loads[row["facility_id"], row["event_time"]].append(row["shipment_id"])
    assert max(map(len, loads.values())) == scenario.network.lanes[0].vehicle_capacity
    for (facility, _), parcels in loads.items():
        times = [came[parcel, facility] for parcel in parcels]
        assert times == sorted(times)
