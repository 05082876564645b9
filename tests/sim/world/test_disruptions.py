"""Disruptions go through the resources: they queue up, spill over and recover, and move nobody's luck.

Each test compares a run with one to the run of the same seed without. The other town is three hours away.
"""

from collections import defaultdict
from functools import cache
from statistics import mean

import msgspec
import pytest
from two_towns import CROSS, E1, E2, EAST, HOUR, HUB_E, HUB_W, W1, WEST, two_towns
from whole_worlds import all_slices, rows

from sim.distributions import Constant
from sim.scenario_parts.disruptions import (
    CustomsHold,
    DemandSurge,
    FacilityClosed,
    LaneBlocked,
    SorterSlowdown,
    Storm,
    Strike,
    VehicleRecall,
)
from sim.units import Duration, Share
from sim.world.cast import build_cast
from sim.world.journal import ARRIVAL, CLOSURE, DEPARTURE, DRIVING, ON_SHIFT, OPENING, PICKED_UP

FAR_US = 3 * HOUR
SPAN = {"after": Duration.parse("11 h"), "until": Duration.parse("17 h")}
BEGINS, ENDS = 11 * HOUR, 17 * HOUR


@pytest.fixture(scope="module")
def usual():
    return all_slices(two_towns())


@cache
def with_one(disruption):
    return all_slices(two_towns(disruption))


def dwells(parts, facility):
    """When each parcel was scanned in, and how long until it was scanned out again."""
    scans = {(scan.shipment, scan.nth): scan for scan in rows(parts, "scans") if scan.facility == facility}
    return [
        (scan.time_us, scans[scan.shipment, scan.nth + 1].time_us - scan.time_us)
        for scan in scans.values()
        if scan.scan == ARRIVAL and (scan.shipment, scan.nth + 1) in scans
    ]


def waited(parts, facility, begins, ends):
    return mean([took for at, took in dwells(parts, facility) if begins <= at < ends]) / HOUR


def hauls(parts, lane):
    lanes = build_cast(two_towns()).network.lanes
    number = next(k for k, one in enumerate(lanes) if (one.origin, one.destination) == lane)
    return [haul for haul in rows(parts, "hauls") if haul.lane == number]


def rounds(parts, depot):
    depots = build_cast(two_towns()).crew.driver_depots
    return [row for row in rows(parts, "duties") if row.duty == DRIVING and depots[row.driver] == depot]


def about(parts, facilities, until_us):
    kinds = ("statuses", "scans")
    return [row for kind in kinds for row in rows(parts, kind) if row.facility in facilities and row.time_us < until_us]


ALL = [
    FacilityClosed(**SPAN, facility="HUB-E"),
    LaneBlocked(**SPAN, between=("E1", "HUB-E")),
    Storm(**SPAN, region="east", factor=3.0),
    Strike(after=Duration(0), until=Duration.parse("17 h"), facility="E1", share=Share(0.4)),
    VehicleRecall(**SPAN, share=Share(0.5), facility="E1"),
    SorterSlowdown(**SPAN, facility="HUB-E", speed=Share(0.02)),
    CustomsHold(**SPAN, between=("E2", "HUB-E"), hold=Constant(Duration.parse("2 h"))),
]


@pytest.mark.parametrize("disruption", ALL, ids=lambda one: type(one).__name__)
def test_it_changes_the_town_it_is_in_and_what_is_far_keeps_its_times(usual, disruption):
    shaken = with_one(disruption)
    until_us = disruption.after.us + FAR_US
    assert about(shaken, WEST, until_us) == about(usual, WEST, until_us)
    assert about(shaken, EAST, disruption.after.us) == about(usual, EAST, disruption.after.us)
    assert about(shaken, EAST, 2 * ENDS) != about(usual, EAST, 2 * ENDS)
    assert rows(shaken, "booked") == rows(usual, "booked")


@pytest.mark.parametrize("disruption", ALL, ids=lambda one: type(one).__name__)
def test_it_moves_nobodys_luck(usual, disruption):
    """The first stop at a door takes as long, whenever it is made and by whomever."""
    doors = [_first_stops(parts) for parts in (usual, with_one(disruption))]
    both = doors[0].keys() & doors[1].keys()
    assert len(both) > 100
    assert all(doors[0][stop] == doors[1][stop] for stop in both)


def _first_stops(parts):
    took = {}
    for leg in rows(parts, "legs"):
        here = leg.origin, leg.origin_shipment
        if leg.origin < 0 and here == (leg.destination, leg.destination_shipment):
            took.setdefault(here, leg.end_us - leg.start_us)
    return took


def test_a_closed_hub_lets_nothing_in_or_out_and_trucks_queue_at_its_gate(usual):
    shaken = with_one(ALL[0])
    inside = [scan for scan in rows(shaken, "scans") if scan.facility == HUB_E and BEGINS <= scan.time_us < ENDS]
    assert inside == []
    gate = [row[2:] for row in rows(shaken, "capacities") if row.facility == HUB_E]
    assert gate == [(3, OPENING), (0, CLOSURE), (3, OPENING)]
    queue = [haul for haul in hauls(shaken, (E1, HUB_E)) if BEGINS < haul.arrived_us < ENDS]
    assert len(queue) > 3
    assert all(haul.docked_us >= ENDS for haul in queue)
    assert any(haul.docked_us - ENDS > HOUR // 4 for haul in queue), "no queue at the docks"


def test_a_closed_hub_spills_over_to_the_depots_and_the_other_town_and_recovers(usual):
    shaken = with_one(ALL[0])
    assert len(hauls(shaken, (HUB_E, E2))) < len(hauls(usual, (HUB_E, E2)))
    late = [about(parts, (W1,), 22 * HOUR) for parts in (usual, shaken)]
    assert late[0] != late[1]
    assert waited(shaken, HUB_E, BEGINS - 2 * HOUR, BEGINS) > 2 * waited(usual, HUB_E, BEGINS - 2 * HOUR, BEGINS)
    assert waited(shaken, HUB_E, 34 * HOUR, 40 * HOUR) == pytest.approx(
        waited(usual, HUB_E, 34 * HOUR, 40 * HOUR), rel=0.2
    )


def test_a_blocked_lane_makes_parcels_wait_for_it(usual):
    shaken = with_one(ALL[1])
    assert not [haul for haul in hauls(shaken, (E1, HUB_E)) if BEGINS <= haul.left_us < ENDS]
    assert not [haul for haul in hauls(shaken, (HUB_E, E1)) if BEGINS + HOUR // 4 <= haul.left_us < ENDS]
    first = next(haul for haul in hauls(shaken, (E1, HUB_E)) if haul.left_us >= ENDS)
    assert first.parcels > 5 * mean(haul.parcels for haul in hauls(usual, (E1, HUB_E)))
    assert first.due_us < ENDS <= first.left_us < ENDS + HOUR // 2


def test_ways_that_begin_in_a_storm_take_so_many_times_as_long(usual):
    shaken = with_one(ALL[2])
    took = [
        {
            haul.slot: haul.arrived_us - haul.left_us
            for haul in hauls(parts, (E1, HUB_E))
            if BEGINS < haul.left_us < ENDS
        }
        for parts in (usual, shaken)
    ]
    slots = took[0].keys() & took[1].keys()
    assert slots
    assert all(took[1][slot] == pytest.approx(3 * took[0][slot], rel=1e-6) for slot in slots)
    assert mean(_drives(shaken, E1)) > 2 * mean(_drives(usual, E1))


def _drives(parts, depot):
    depots = build_cast(two_towns()).crew.driver_depots
    return [
        leg.end_us - leg.start_us
        for leg in rows(parts, "legs")
        if leg.length_m and depots[leg.driver] == depot and BEGINS <= leg.start_us < ENDS
    ]


def test_on_strike_a_share_of_the_drivers_stays_at_home(usual):
    shaken = with_one(ALL[3])
    depots = build_cast(two_towns()).crew.driver_depots

    def at_work(parts):
        return {row.driver for row in rows(parts, "duties") if row.duty == ON_SHIFT and row.time_us < ENDS}

    gone = at_work(usual) - at_work(shaken)
    assert gone
    assert {depots[driver] for driver in gone} == {E1}
    assert len(gone) < depots.count(E1)
    later = [{row.driver for row in rows(p, "duties") if row.time_us > 24 * HOUR} for p in (usual, shaken)]
    assert later[0] == later[1]
    assert _picked_up(shaken, E1, ENDS) < _picked_up(usual, E1, ENDS)


def test_one_disruption_more_changes_nobodys_mind_about_a_strike():
    later = Storm(after=Duration.parse("40 h"), until=Duration.parse("41 h"), region="west")
    alone, both = with_one(ALL[3]), all_slices(two_towns(later, ALL[3]))
    assert about(alone, (*EAST, *WEST), 40 * HOUR) == about(both, (*EAST, *WEST), 40 * HOUR)


def _picked_up(parts, depot, until_us):
    return sum(
        row.status == PICKED_UP and row.facility == depot and row.time_us < until_us for row in rows(parts, "statuses")
    )


def test_recalled_vans_stay_in_when_they_are_back_and_go_out_again_afterwards(usual):
    shaken = with_one(ALL[4])
    out = [{row.vehicle for row in rounds(p, E1) if BEGINS + HOUR // 2 < row.time_us < ENDS} for p in (usual, shaken)]
    recalled = out[0] - out[1]
    assert recalled
    assert out[1], "the others go on"
    assert recalled & {row.vehicle for row in rounds(shaken, E1) if row.time_us >= ENDS}
    assert _picked_up(shaken, E1, ENDS) <= _picked_up(usual, E1, ENDS)


def test_a_slow_sorter_makes_a_queue_that_melts_away_afterwards(usual):
    shaken = with_one(ALL[5])
    assert waited(shaken, HUB_E, BEGINS, ENDS) > 2 * waited(usual, HUB_E, BEGINS, ENDS)
    assert waited(shaken, HUB_E, 30 * HOUR, 36 * HOUR) == pytest.approx(
        waited(usual, HUB_E, 30 * HOUR, 36 * HOUR), rel=0.2
    )


def test_customs_hold_what_arrives_before_it_may_dock(usual):
    shaken = with_one(ALL[6])
    held = [haul for haul in hauls(shaken, (E2, HUB_E)) if BEGINS <= haul.arrived_us < ENDS]
    assert held
    assert all(haul.docked_us - haul.arrived_us >= 2 * HOUR for haul in held)
    free = [haul for haul in hauls(shaken, (E1, HUB_E)) if BEGINS <= haul.arrived_us < ENDS]
    assert min(haul.docked_us - haul.arrived_us for haul in free) < HOUR // 10


def test_a_surge_books_more_and_what_would_have_been_booked_anyway_keeps_its_luck(usual):
    shaken = with_one(DemandSurge(**SPAN, factor=4.0, tenant="acme"))
    counts = [sum(BEGINS <= row.time_us < ENDS for row in rows(parts, "booked")) for parts in (usual, shaken)]
    assert counts[1] > 2.5 * counts[0]
    assert about(shaken, WEST, BEGINS) == about(usual, WEST, BEGINS)
    assert waited(shaken, W1, BEGINS, ENDS) > 0


def test_whose_van_is_among_the_first_recalled_is_in_every_larger_share():
    small = VehicleRecall(**SPAN, share=Share(0.3), facility="E1")
    large = msgspec.structs.replace(small, share=Share(0.7))
    assert _out(large) < _out(small)


def _out(recall):
    return {row.vehicle for row in rounds(with_one(recall), E1) if BEGINS + HOUR < row.time_us < ENDS}


def test_nothing_is_forgotten_at_a_cross_dock(usual):
    left = defaultdict(int)
    for scan in rows(usual, "scans"):
        if scan.facility == CROSS:
            left[scan.shipment] += 1 if scan.scan == ARRIVAL else -1
    assert left
    assert sum(left.values()) < 0.2 * len(left)
    assert {scan.scan for scan in rows(usual, "scans") if scan.facility == HUB_W} == {ARRIVAL, DEPARTURE}
