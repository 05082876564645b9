"""Floors: a sorter that takes one parcel after the other, lines in order of arrival with express first, and lockers."""

import pytest
import simpy

from sim.world.calendar import NEVER_US, OpeningCalendar
from sim.world.floor import Floor, Line
from sim.world.lockers import Locker
from sim.world.parcels import Parcel
from sim.world.sorter import Sorter

HOUR = 3_600_000_000
MIN = HOUR // 60
ALWAYS = OpeningCalendar([0], [NEVER_US])


def parcel(code: int = 0, express: bool = False, route: tuple[int, ...] = (), chilled: bool = False) -> Parcel:
    return Parcel(code, (0, 1), express, chilled, -1, ((0.0, 0.0), (0.0, 0.0)), route, (None, 0))


def test_a_sorter_takes_one_after_the_other():
    sorter = Sorter(ALWAYS, 3600.0, [(0, 1.0)])
    assert [sorter.sort(at) for at in (0, 0, 500_000, 10_000_000)] == [1_000_000, 2_000_000, 3_000_000, 11_000_000]


def test_a_sorter_slows_down_from_then_on_also_for_those_in_its_queue():
    sorter = Sorter(ALWAYS, 3600.0, [(0, 1.0), (2_000_000, 0.25), (9_000_000, 1.0)])
    assert [sorter.sort(0) for _ in range(5)] == [1_000_000, 2_000_000, 6_000_000, 10_000_000, 11_000_000]


def test_a_sorter_that_stands_still_goes_on_when_it_may():
    sorter = Sorter(ALWAYS, 3600.0, [(0, 1.0), (500_000, 0.0), (7_000_000, 1.0)])
    assert [sorter.sort(at) for at in (0, 0)] == [1_000_000, 8_000_000]


def test_a_sorter_stops_for_the_night():
    sorter = Sorter(OpeningCalendar([0, 24 * HOUR], [HOUR, 25 * HOUR]), 3.0, [(0, 1.0)])
    assert [sorter.sort(0) for _ in range(3)] == [20 * MIN, 40 * MIN, 24 * HOUR]


def test_a_sorter_that_begins_in_the_morning_is_as_fast_as_it_is_then():
    sorter = Sorter(OpeningCalendar([0, 24 * HOUR], [HOUR, 48 * HOUR]), 3.0, [(0, 1.0), (20 * HOUR, 0.5)])
    assert sorter.sort(2 * HOUR) == 24 * HOUR + 40 * MIN


def test_a_line_has_the_express_first_and_else_who_came_first():
    line = Line(simpy.Environment())
    for code, express in enumerate((False, True, False, True)):
        line.expect()
        line.put(code * 10, parcel(code, express))
    assert line.settle(25) == 30
    assert [p.code for p in line.take(2)] == [1, 0]
    assert line.settle(30) == NEVER_US
    assert [p.code for p in line.take(5)] == [3, 2]
    assert line.expected == 0


def test_who_is_put_back_stands_at_the_front_in_the_old_order():
    line = Line(simpy.Environment())
    for code in range(4):
        line.put(0, parcel(code))
        line.expect()
    line.settle(0)
    first = line.take(3)
    line.put_back(first[1:])
    assert [p.code for p in line.take(9)] == [1, 2, 3]


def test_a_line_wakes_whoever_waits_for_its_first_parcel():
    env = simpy.Environment()
    line = Line(env)
    wanted = line.wanted()
    line.expect()
    line.expect()
    assert wanted.triggered


def test_what_trucks_unload_side_by_side_is_sorted_in_the_order_of_its_scans():
    floor = Floor(simpy.Environment(), Sorter(ALWAYS, 3600.0, [(0, 1.0)]), (7,))
    for at, code in ((5, 1), (9, 2), (3, 3), (7, 4)):  # the second truck docks while the first is unloaded
        floor.receive(at, parcel(code, route=(7,)))
    floor.settle(7)
    floor.lanes[7].settle(10**9)
    assert [p.code for p in floor.lanes[7].take(9)] == [3, 1, 4]
    assert floor.lanes[7].expected == 1


@pytest.mark.parametrize(
    ("made", "line"),
    [(parcel(route=(7,)), "lane"), (parcel(), "deliveries"), (parcel(chilled=True), "chilled")],
)
def test_each_parcel_goes_to_its_line(made, line):
    floor = Floor(simpy.Environment(), None, (7,))
    assert floor.line(made) is (floor.lanes[7] if line == "lane" else getattr(floor, line))
    made.turn_back(())
    assert floor.line(made) is floor.returned


def test_a_locker_is_full_until_a_recipient_comes():
    box = Locker(2)
    assert [box.put(at, stay) for at, stay in ((0, 10), (1, 100), (2, 5), (9, 5), (10, 5), (16, 1))] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
