"""Trips by hand: breaks before they are due, breakdowns where they happen, and back before the hours run out.

Places lie on the equator, a hundredth of a degree apart: 1,447 metres by road.
"""

from datetime import UTC, datetime

import pytest

from sim.distributions import Constant
from sim.rng import Randomness
from sim.scenario import Fleet
from sim.units import Distance, Duration
from sim.world.journal import AT_DEPOT, BREAKDOWN, DOOR, DRIVING, NONE, ON_BREAK
from sim.world.surroundings import Place, Surroundings
from sim.world.travel import Slowness
from sim.world.trips import Driver, Trip
from sim.world.vans import Van

MIN = 60_000_000
LATER = 10**15
DEPOT = Place(1, NONE, (0.0, 0.0))
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def door(nth: int) -> Place:
    return Place(DOOR, nth, (0.0, 0.01 * nth))


def a_trip(driver: Driver | None = None, slow: float = 1.0, **rules: object) -> Trip:
    fleet = Fleet(leg_time=Duration.parse("10 min"), **rules)
    van = Van(3, False, [], fleet, Randomness(1))
    parts = [] if slow == 1.0 else [lambda at: (slow, LATER)]
    return Trip(driver or Driver(5), van, Surroundings(fleet, DEPOT, Slowness(parts), 1.0), 1000 * MIN)


def duties(trip: Trip) -> list[tuple[float, int]]:
    return [(row.time_us / MIN - 1000, row.duty) for row in trip.notes.duties]


def test_a_trip_is_legs_that_meet_and_meters_that_add_up():
    trip = a_trip()
    for nth in (1, 2):
        assert trip.visit(door(nth), (1.0, 0.5), 3 * MIN, LATER)
    trip.come_home()
    assert duties(trip) == [(0, DRIVING), (31, AT_DEPOT)]
    assert [(leg.start_us // MIN - 1000, leg.end_us // MIN - 1000) for leg in trip.notes.legs] == [
        (0, 10), (10, 13), (13, 23), (23, 26), (26, 31),
    ]  # fmt: skip
    assert [leg.length_m for leg in trip.notes.legs] == [1447, 0, 1447, 0, 2894]
    assert [leg.odometer_m for leg in trip.notes.legs] == [0, 1447, 1447, 2894, 2894]
    assert trip.driver.driven_us == 25 * MIN


def test_two_parcels_for_one_locker_are_two_stops_without_a_way_between():
    trip, box = a_trip(), Place(9, NONE, (0.0, 0.01))
    assert trip.visit(box, (1.0, 1.0), MIN, LATER)
    assert trip.visit(box, (1.0, 1.0), MIN, LATER)
    assert [leg.length_m for leg in trip.notes.legs] == [1447, 0, 0]


def test_a_far_door_takes_its_time_whatever_the_luck():
    trip = a_trip()
    trip.visit(door(60), (0.7, 1.0), MIN, LATER)
    assert (
        trip.notes.legs[0].length_m / (trip.notes.legs[0].end_us - trip.notes.legs[0].start_us) <= 80 / 3_600_000 * 1.01
    )


def test_a_break_comes_before_the_leg_that_would_be_too_much():
    trip = a_trip(break_after=Duration.parse("25 min"), break_length=Duration.parse("45 min"))
    for nth in (1, 2, 3):
        trip.visit(door(nth), (1.0, 1.0), MIN, LATER)
    second = pytest.approx(1 / 60)
    assert [duty for _, duty in duties(trip)] == [DRIVING, ON_BREAK, DRIVING]
    assert [at for at, _ in duties(trip)] == [0, 22, pytest.approx(67, abs=0.1)]
    assert trip.notes.legs[4].start_us == trip.notes.duties[1].time_us
    assert trip.notes.legs[4].end_us / MIN - trip.notes.duties[2].time_us / MIN == second
    assert trip.driver.since_break_us == 10 * MIN


def test_who_needs_a_break_at_once_takes_it_before_driving_off():
    tired = Driver(5, since_break_us=20 * MIN)
    trip = a_trip(tired, break_after=Duration.parse("25 min"))
    trip.visit(door(1), (1.0, 1.0), MIN, LATER)
    assert [duty for _, duty in duties(trip)] == [ON_BREAK, DRIVING]
    assert trip.notes.legs[0].origin == trip.notes.legs[0].destination == DEPOT.place


def test_a_breakdown_keeps_the_van_where_it_is():
    trip = a_trip(breakdown_every=Duration.parse("20 min"), repair_time=Constant(Duration.parse("90 min")))
    trip.van.breaks_us = 15 * MIN
    for nth in (1, 2):
        trip.visit(door(nth), (1.0, 1.0), MIN, LATER)
    assert [duty for _, duty in duties(trip)][:3] == [DRIVING, BREAKDOWN, DRIVING]
    stand = trip.notes.legs[2]
    assert (stand.origin_shipment, stand.destination_shipment, stand.length_m) == (1, 1, 0)
    assert stand.start_us == 1011 * MIN
    assert stand.end_us - stand.start_us == pytest.approx(90 * MIN, abs=3_000_000)
    assert trip.van.road_us == 22 * MIN, "repairs are no time on the road"


def test_breakdowns_come_at_their_mean_time_on_the_road():
    fleet = Fleet(breakdown_every=Duration.parse("10 h"))
    gaps = []
    for number in range(200):
        van, before = Van(number, False, [], fleet, Randomness(1)), 0
        for _ in range(20):
            gaps.append(van.breaks_us - before)
            before = van.road_us = van.breaks_us
            van.break_down()
    assert sum(gaps) / len(gaps) == pytest.approx(600 * MIN, rel=0.05)


def test_who_would_drive_too_long_turns_back_instead():
    trip = a_trip(Driver(5, driven_us=95 * MIN), driving_max=Duration.parse("2 h"))
    assert trip.visit(door(1), (1.0, 1.0), MIN, LATER)
    assert not trip.visit(door(2), (1.0, 1.0), MIN, LATER)
    trip.come_home()
    assert trip.driver.driven_us == 115 * MIN


def test_who_would_be_late_turns_back_but_makes_the_first_stop():
    trip = a_trip()
    assert trip.visit(door(1), (1.0, 1.0), MIN, 1015 * MIN)
    assert not trip.visit(door(2), (1.0, 1.0), MIN, 1031 * MIN)
    assert trip.visit(door(2), (1.0, 1.0), MIN, 1032 * MIN)


def test_a_van_goes_no_further_than_it_comes_back_from():
    trip = a_trip(range=Distance(6_000))
    assert trip.visit(door(1), (1.0, 1.0), MIN, LATER)
    assert not trip.visit(door(4), (1.0, 1.0), MIN, LATER)
    assert trip.visit(door(2), (1.0, 1.0), MIN, LATER)


def test_no_leg_is_longer_than_one_may_drive():
    trip = a_trip(slow=100.0, break_after=Duration.parse("4 h"))
    trip.visit(door(1), (1.0, 0.1), MIN, LATER)
    assert trip.notes.legs[0].end_us - trip.notes.legs[0].start_us == 240 * MIN
