"""Timetables: which departure comes next, and luck that hangs on lane and departure, in whatever order one asks."""

import numpy as np
import pytest
from two_towns import HOUR, two_towns

from sim.distributions import Constant, Exponential
from sim.rng import Randomness
from sim.units import Duration
from sim.world.cast import build_cast
from sim.world.disruptions import Hold
from sim.world.timetable import Departures, EachHeadway

LANE = build_cast(two_towns()).network.lanes[0]
SLOTS = range(600)


def departures(*holds):
    return Departures(LANE, list(holds), Randomness(4))


@pytest.mark.parametrize(("now", "slot"), [(0, 0), (5, 0), (6, 1), (15, 1), (16, 2), (105, 10)])
def test_the_next_departure_is_at_or_after_now(now, slot):
    """Departures at 5, 15, 25..."""
    table = EachHeadway(5, 10)
    assert table.slot_from(now) == slot
    assert table.departs_us(slot) >= now


def test_a_departure_has_its_luck_in_any_order():
    forward, backward = departures(), departures()
    assert [forward.travel_us(k, 1.0) for k in SLOTS] == [backward.travel_us(k, 1.0) for k in reversed(SLOTS)][::-1]


def test_ways_take_15_percent_more_or_less_and_longer_on_slow_roads():
    took = np.array([departures().travel_us(k, 2.0) for k in range(40)]) / LANE.travel_us
    assert 1.7 <= took.min() < took.max() <= 2.3


def test_customs_hold_only_while_they_do_and_their_holds_add_up():
    often = Hold((HOUR, 2 * HOUR), Exponential(Duration.parse("1 h")))
    always = Hold((0, 10**15), Constant(Duration.parse("7 min")))
    lane = departures(often, always)
    assert lane.hold_us(3, HOUR - 1) == lane.hold_us(3, 2 * HOUR) == 420_000_000
    assert lane.hold_us(3, HOUR) > 420_000_000
    assert departures(often).hold_us(300, HOUR) == lane.hold_us(300, HOUR) - 420_000_000
