"""Roads: rush hours by the local clock, weather by region and six hours, storms; luck that nothing else moves."""

from datetime import UTC, datetime

import pytest
from two_towns import E1, E2, HOUR, HUB_E, W1, two_towns

from sim.rng import Randomness
from sim.scenario_parts.disruptions import Storm
from sim.scenario_parts.network import RushHour, Weather
from sim.units import Duration, OpeningHours, Share
from sim.world.travel import Travel

MIN = HOUR // 60
QUARTERS = range(0, 24 * HOUR, HOUR // 4)


def travel(*disruptions, **network):
    scenario = two_towns(*disruptions, network=network)
    return Travel(scenario, Randomness(scenario.seed))


def test_a_clear_road_takes_its_time():
    assert travel().slowness(E1, "road").at(10**15) == 1.0


@pytest.mark.parametrize(
    ("at", "factor"), [(419, 1.0), (420, 1.5), (500, 1.5), (567, 1.5), (568, 1.0), (1860 - 1, 1.0), (1860, 1.5)]
)
def test_rush_hours_begin_and_end_on_the_minute(at, factor):
    """From 07:00 to 09:28, in minutes since midnight of a Monday."""
    rush = RushHour(OpeningHours.parse("07:00-09:28"), 1.5)
    assert travel(rush_hours=(rush,)).slowness(E1, "road").at(at * MIN) == factor


def test_rush_hours_are_for_roads_and_their_weekdays_and_multiply():
    weekend = RushHour(OpeningHours.parse("00:00-24:00"), 3.0, ("Sat", "Sun"))
    morning = RushHour(OpeningHours.parse("07:00-09:00"), 2.0, ("Sat",))
    roads = travel(rush_hours=(weekend, morning))
    assert roads.slowness(E1, "rail").at(5 * 24 * HOUR) == 1.0
    assert roads.slowness(E1, "road").at(4 * 24 * HOUR + 23 * HOUR) == 1.0
    assert roads.slowness(E1, "road").at(5 * 24 * HOUR + 8 * HOUR) == 6.0
    assert roads.usual(E1, "road").at(5 * 24 * HOUR + 8 * HOUR) == 6.0


def test_rush_hours_keep_the_local_clock_when_it_changes():
    """Berlin, 29 March 2026: 07:00 is 05:00 UTC, the day before 06:00 UTC."""
    rush = RushHour(OpeningHours.parse("07:00-08:00"), 2.0, ("Sat", "Sun"))
    towns = two_towns(network={"rush_hours": (rush,)}, start=datetime(2026, 3, 28, 0, 7, tzinfo=UTC))
    facility = type(towns.network.facilities[E1])
    berlin = tuple(
        facility(f.id, f.name, f.kind, f.lat, f.lon, "Europe/Berlin", f.region) for f in towns.network.facilities
    )
    towns = two_towns(network={"rush_hours": (rush,), "facilities": berlin}, start=towns.start)
    road = Travel(towns, Randomness(1)).slowness(E1, "road")
    begins = [6 * HOUR - 7 * MIN, 29 * HOUR - 7 * MIN]
    assert [road.at(at - 1) for at in begins] == [1.0, 1.0]
    assert [road.at(at) for at in begins] == [2.0, 2.0]


def test_weather_takes_its_share_of_all_stretches_and_is_one_for_a_region():
    roads = travel(weather=(Weather("rain", Share(0.3), 1.5, ("road", "air")),))
    stretches = [k * 6 * HOUR for k in range(2000)]
    wet = [roads.slowness(E1, "road").at(at) > 1 for at in stretches]
    assert sum(wet) / len(wet) == pytest.approx(0.3, abs=0.03)
    assert wet == [roads.slowness(E2, "air").at(at + 6 * HOUR - 1) > 1 for at in stretches]
    assert wet != [roads.slowness(W1, "road").at(at) > 1 for at in stretches]
    assert {roads.slowness(E1, "rail").at(at) for at in stretches} == {1.0}
    assert {roads.usual(E1, "road").at(at) for at in stretches} == {1.0}


def test_another_kind_of_weather_leaves_the_rain_where_it_was():
    rain, snow = Weather("rain", Share(0.3), 2.0), Weather("snow", Share(0.3), 5.0)
    alone, both = (travel(weather=kinds).slowness(E1, "road") for kinds in ((rain,), (snow, rain)))
    assert [alone.at(at) % 5 for at in QUARTERS] == [f if f < 5 else f / 5 for f in map(both.at, QUARTERS)]


def test_a_storm_is_over_its_region_for_its_time_and_all_modes():
    storm = Storm(after=Duration(HOUR + 5), until=Duration(3 * HOUR), region="east", factor=2.5)
    sky = travel(storm)
    assert [sky.slowness(HUB_E, "air").at(at) for at in (HOUR + 4, HOUR + 5, 3 * HOUR - 1, 3 * HOUR)] == [
        1,
        2.5,
        2.5,
        1,
    ]
    assert sky.slowness(W1, "air").at(2 * HOUR) == 1.0


def test_the_same_question_has_the_same_answer_in_any_order():
    rush, rain = RushHour(OpeningHours.parse("07:10-09:00"), 1.5), Weather("rain", Share(0.5), 1.5)
    once, again = (travel(rush_hours=(rush,), weather=(rain,)).slowness(E1, "road") for _ in range(2))
    moments = range(0, 30 * 24 * HOUR, 7 * MIN)
    assert [once.at(at) for at in moments] == [again.at(at) for at in reversed(moments)][::-1]
