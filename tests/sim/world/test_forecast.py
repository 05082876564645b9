"""Forecasts: from timetables and what was seen, never from what is still to come; on time or late is an outcome."""

import numpy as np
import pytest
from two_towns import E1, E2, HOUR, HUB_E, W1, two_towns
from whole_worlds import all_slices, rows

from sim.rng import Randomness
from sim.scenario_parts.disruptions import FacilityClosed
from sim.scenario_parts.network import RushHour
from sim.units import Duration, OpeningHours
from sim.world.cast import build_cast
from sim.world.forecast import Forecast, Seen
from sim.world.journal import DELIVERED
from sim.world.timetable import draw_timetables
from sim.world.travel import Travel

MIN = HOUR // 60


def forecast(scenario):
    cast = build_cast(scenario)
    timetables = draw_timetables(cast)
    return Forecast(cast.network, scenario.fleet, timetables, Travel(scenario, Randomness(scenario.seed)))


def test_a_moving_mean_follows_what_was_seen_in_its_hour_of_the_day():
    seen = Seen(100.0)
    for _ in range(200):
        seen.add(3 * HOUR, 900)
    assert seen.mean_us(27 * HOUR) == pytest.approx(900, rel=0.01)
    assert seen.mean_us(4 * HOUR) == 100


def test_queues_at_a_facility_put_off_what_goes_through_it():
    known = forecast(two_towns())
    route = known.network.routes[E1, E2]
    before = known.from_departure(route, 0, E2, 10 * HOUR)
    for _ in range(100):
        known.queues[HUB_E].add(10 * HOUR, HOUR)
        known.queues[HUB_E].add(11 * HOUR, HOUR)
    assert known.from_departure(route, 0, E2, 10 * HOUR) - before == pytest.approx(HOUR, abs=31 * MIN)


def test_rush_hours_are_foreseen_and_closures_are_not():
    rush = RushHour(OpeningHours.parse("00:00-24:00"), 2.0, ("Mon", "Tue"))
    shut = FacilityClosed(after=Duration(9 * HOUR), until=Duration(20 * HOUR), facility="HUB-E")
    usual, slow, surprised = (
        forecast(s) for s in (two_towns(), two_towns(network={"rush_hours": (rush,)}), two_towns(shut))
    )
    route = usual.network.routes[E1, E2]
    eta = [known.from_departure(route, 0, E2, 10 * HOUR) for known in (usual, slow, surprised)]
    assert eta[1] - eta[0] > 50 * MIN
    assert eta[2] == eta[0]


def test_where_nothing_ever_opens_an_estimate_is_still_a_date():
    shut = forecast(two_towns(network={"facilities": tuple(_never_open())}))
    assert shut.from_booking(E1, W1, HOUR) <= HOUR + 31 * 24 * HOUR


def _never_open():
    for facility in two_towns().network.facilities:
        yield type(facility)(
            facility.id, facility.name, facility.kind, facility.lat, facility.lon, depot=facility.depot,
            closed_on=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        )  # fmt: skip


def test_nothing_that_begins_later_is_known_before():
    """Up to the closure the same estimates are published as if it never came."""
    shut = FacilityClosed(after=Duration(14 * HOUR), until=Duration(20 * HOUR), facility="HUB-E")
    usual, shaken = (rows(all_slices(s), "etas") for s in (two_towns(), two_towns(shut)))
    assert [row for row in usual if row.time_us < 14 * HOUR] == [row for row in shaken if row.time_us < 14 * HOUR]
    assert usual != shaken


def test_estimates_get_better_on_the_way():
    """How far the last estimate before delivery is off, and how far the first was."""
    parts = all_slices(two_towns())
    delivered = {row.shipment: row.time_us for row in rows(parts, "statuses") if row.status == DELIVERED}
    first, last = {}, {}
    for row in rows(parts, "etas"):
        if row.shipment in delivered:
            first.setdefault(row.shipment, row.eta_us)
            last[row.shipment] = row.eta_us
    off = [np.median([abs(eta[code] - at) for code, at in delivered.items()]) for eta in (first, last)]
    assert off[1] < HOUR // 3
    assert off[1] < off[0] / 2
