"""Lanes that depart by the clock: at their local times on both ends, in the timetable, in forecasts and in the truth.

Berlin changes its clock on 2026-03-29, 02:00 becomes 03:00; New York did three weeks before.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from two_towns import E1, HOUR, HUB_E, W1, two_towns
from whole_worlds import all_slices, rows

from sim.rng import Randomness
from sim.units import ClockTime, Duration
from sim.world.calendar import DAY_US, NEVER_US
from sim.world.cast import build_cast
from sim.world.forecast import DOCKING_US, Forecast
from sim.world.timetable import draw_timetables
from sim.world.travel import Travel

START = datetime(2026, 3, 27, 12, tzinfo=UTC)
ZONES = {"HUB-E": "Europe/Berlin", "CROSS": "America/New_York"}
THERE, BACK, ONWARD = 0, 1, 2
"""HUB-E to CROSS, back, and the next lane, CROSS to HUB-W."""


def by_clock(departs="21:00 03:30", back="", **changes):
    """Two towns whose lane between HUB-E and CROSS departs at these times."""
    whole = two_towns()
    times, times_back = (tuple(map(ClockTime.parse, text.split())) for text in (departs, back))
    lane = msgspec.structs.replace(whole.network.lanes[0], departs=times, departs_back=times_back)
    facilities = (
        msgspec.structs.replace(place, timezone=ZONES.get(place.id, "UTC")) for place in whole.network.facilities
    )
    network = {"lanes": (lane, *whole.network.lanes[1:]), "facilities": tuple(facilities)}
    return two_towns(network=network, **{"start": START, "duration": Duration.parse("3 d"), **changes})


def timetables(scenario):
    return draw_timetables(build_cast(scenario))


def clocks(timetable, zone, slots):
    moments = [START + timedelta(microseconds=timetable.departs_us(slot)) for slot in slots]
    return [moment.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for moment in moments]


def test_both_ends_depart_by_their_own_clocks_over_a_clock_change():
    """The first is the first after the start, 13:00 in Berlin and 08:00 in New York."""
    there, back = timetables(by_clock())[:2]
    nights = ["27 21:00", "28 03:30", "28 21:00", "29 03:30", "29 21:00", "30 03:30"]
    assert clocks(there, "Europe/Berlin", range(6)) == nights
    assert clocks(back, "America/New_York", range(6)) == nights
    assert [b - a for a, b in pairwise(map(there.departs_us, range(0, 6, 2)))] == [24 * HOUR, 23 * HOUR]
    assert [b - a for a, b in pairwise(map(back.departs_us, range(0, 6, 2)))] == [24 * HOUR, 24 * HOUR]


def test_the_way_back_may_have_times_of_its_own():
    there, back = timetables(by_clock("04:15", "20:30 21:30"))[:2]
    assert clocks(there, "Europe/Berlin", range(2)) == ["28 04:15", "29 04:15"]
    assert clocks(back, "America/New_York", range(3)) == ["27 20:30", "27 21:30", "28 20:30"]


def test_midnight_is_a_time_by_either_name():
    late, early = (timetables(by_clock(time))[0] for time in ("24:00", "00:00"))
    assert [late.departs_us(slot) for slot in range(9)] == [early.departs_us(slot) for slot in range(9)]


@pytest.mark.parametrize("departs", ["02:30", "21:00 03:30", "00:00 02:30 03:30 23:59"])
@pytest.mark.parametrize("start", [START, datetime(2026, 3, 23, 7, tzinfo=UTC), datetime(2026, 10, 19, 7, tzinfo=UTC)])
def test_every_departure_is_the_next_one_and_a_longer_run_has_the_same(departs, start):
    """Also beyond the last known day, which for the later two starts is one of 23 or 25 hours."""
    short, long = (
        timetables(by_clock(departs, start=start, duration=Duration.parse(length)))[0] for length in ("3 d", "9 d")
    )
    known = len(short.moments_us)
    assert short.moments_us == long.moments_us[:known] == [long.departs_us(slot) for slot in range(known)]
    for hour in range(20 * 24):
        now = hour * HOUR
        slot = short.slot_from(now)
        assert now <= short.departs_us(slot) <= now + 25 * HOUR
        assert slot == 0 or short.departs_us(slot - 1) < now or now > short.moments_us[-1]
    assert short.departs_us(known + 5 * short.a_day) == short.moments_us[-short.a_day] + 6 * DAY_US
    assert short.departs_us(short.slot_from(NEVER_US)) >= NEVER_US


def test_lanes_without_clock_times_keep_their_departures():
    assert timetables(by_clock())[ONWARD:] == timetables(two_towns())[ONWARD:]


def test_forecasts_know_the_times():
    scenario = by_clock("21:00")
    cast = build_cast(scenario)
    known = Forecast(cast.network, scenario.fleet, draw_timetables(cast), Travel(scenario, Randomness(scenario.seed)))
    assert known.leaves(THERE, 0) == 8 * HOUR, "20:00 UTC is 21:00 in Berlin"
    assert known.leaves(THERE, 8 * HOUR) == 32 * HOUR, "who comes too late waits for a day"
    assert known.leaves(THERE, 36 * HOUR) == 55 * HOUR, "the hour that Berlin loses"
    route = cast.network.routes[E1, W1]
    leaving = 7 * HOUR, 8 * HOUR
    soon, missed = (known.from_departure(route, 0, W1, at) for at in leaving)
    assert cast.network.lanes[route[1]].origin == HUB_E
    assert 23 * HOUR <= missed - soon <= 25 * HOUR
    assert soon > 8 * HOUR + DOCKING_US


def test_trucks_of_the_world_leave_when_they_are_due():
    hauls = [row for row in rows(all_slices(by_clock("21:00", "03:30")), "hauls") if row.lane in (THERE, BACK)]
    due = {(row.lane, row.due_us) for row in hauls}
    assert due <= {(THERE, at * HOUR) for at in (8, 32, 55)} | {(BACK, at * HOUR + HOUR // 2) for at in (19, 43, 67)}
    assert {lane for lane, _ in due} == {THERE, BACK}
    assert all(row.due_us <= row.left_us < row.due_us + HOUR for row in hauls)
