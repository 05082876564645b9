"""Facilities: work only behind open gates, and never more vehicles unloading than there are docks."""

from collections import defaultdict
from itertools import accumulate
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from whole_worlds import all_slices, rows

from sim.world.cast import build_cast
from sim.world.journal import ARRIVAL, IN_TRANSIT
from sim.world.orders import orders


@pytest.fixture(scope="module")
def parts(scenario):
    return all_slices(scenario)


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
    for facility_id, its in changes.items():
        facility = facilities[facility_id]
        assert [row["reason"] for row in its] == ["opening", "closing"] * 3
        for row in its:
            opening = row["reason"] == "opening"
            assert row["docks_open"] == (facility.docks if opening else 0)
            hours = facility.open.opens if opening else facility.open.closes
            assert _clock_s(row["event_time"], facility) == hours.s


def test_no_more_vehicles_unload_than_there_are_docks(parts, scenario):
    hauls = rows(parts, "hauls")
    lanes = build_cast(scenario).network.lanes
    for k, facility in enumerate(scenario.network.facilities):
        here = [haul for haul in hauls if lanes[haul.lane].destination == k]
        moves = sorted(move for haul in here for move in ((haul.docked_us, 1), (haul.unloaded_us, -1)))
        busy = list(accumulate(step for _, step in moves))
        assert max(busy) <= facility.docks
        if facility.id == "HUB":
            assert max(busy) == 1
            assert any(haul.docked_us > haul.arrived_us for haul in here), "nobody ever waited"


def test_vehicles_carry_no_more_than_they_hold_and_take_express_first_then_who_came_first(parts, scenario):
    """A parcel passes the sorter in the order of its scans, so whoever came first stands first in its line."""
    came, loads = {}, defaultdict(list)
    for scan in rows(parts, "scans"):
        if scan.scan == ARRIVAL:
            came[scan.shipment, scan.nth] = scan.time_us
        else:
            loads[scan.facility, scan.scanner].append(scan)
    cast = build_cast(scenario)
    left = defaultdict(list)
    for row in rows(parts, "statuses"):
        if row.status == IN_TRANSIT:
            left[row.facility, row.time_us, row.carrier].append(row.shipment)
    assert max(len(parcels) for parcels in left.values()) == scenario.network.lanes[0].vehicle_capacity
    codes = np.unique([scan.shipment for scan in rows(parts, "scans")])
    express = dict(zip(codes.tolist(), orders(cast, codes).express.tolist(), strict=True))
    departures = {(scan.facility, scan.shipment, scan.time_us): scan for scans in loads.values() for scan in scans}
    for (facility, at, _), parcels in left.items():
        cargo = sorted(
            scan for scan in departures.values() if scan.facility == facility and scan.shipment in set(parcels)
            and at - 60_000_000 < scan.time_us <= at
        )  # fmt: skip
        keys = [(not express[scan.shipment], came[scan.shipment, scan.nth - 1]) for scan in cargo]
        assert keys == sorted(keys)
