"""Local clocks: opening hours over midnight, over clock changes, and work that waits for the gate.

The year's clock change of Berlin: 2026-03-29, 02:00 becomes 03:00.
"""

from datetime import UTC, date, datetime

import pytest

from sim.scenario import Facility
from sim.units import OpeningHours
from sim.world.calendar import DAY_US, NEVER_US, WEEKDAYS, OpeningCalendar, daily_moments

HOUR = 3_600_000_000
START = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)


def _calendar(hours: str, timezone: str = "UTC") -> OpeningCalendar:
    return OpeningCalendar.of(OpeningHours.parse(hours), timezone, START, 3 * DAY_US)


def test_a_local_clock_keeps_its_hour_while_the_world_loses_one():
    moments = [at for at in daily_moments(START, 3 * DAY_US, "Europe/Berlin", 7 * 3600) if 0 <= at < 3 * DAY_US]
    assert moments == [6 * HOUR, 29 * HOUR, 53 * HOUR]


def test_an_hour_that_a_clock_change_skips_swallows_what_lay_in_it():
    calendar = _calendar("02:10-02:40", "Europe/Berlin")
    assert all(begin < end for begin, end in zip(calendar.opens, calendar.closes, strict=True))


def test_open_all_day_is_one_period():
    calendar = _calendar("00:00-24:00", "Europe/Berlin")
    assert len(calendar.opens) == 1
    assert calendar.next_open(0) == 0
    assert calendar.closes_after(0) > 3 * DAY_US


@pytest.mark.parametrize(
    ("at", "opens", "closes"),
    [(0, 6, 22), (6, 6, 22), (21, 21, 22), (22, 30, 46), (23, 30, 46)],
)
def test_the_next_opening_and_closing(at, opens, closes):
    calendar = _calendar("06:00-22:00")
    assert calendar.next_open(at * HOUR) == opens * HOUR
    assert calendar.closes_after(at * HOUR) == closes * HOUR


@pytest.mark.parametrize(
    ("at", "work", "done"),
    [(8, 2, 10), (0, 1, 7), (21, 3, 32), (21, 1, 30), (21, 17, 46 + 8), (7, 0, 7)],
)
def test_work_goes_on_only_while_open(at, work, done):
    """Open 06:00-22:00, in hours since the start: ``......[6..............22)........[30``."""
    assert _calendar("06:00-22:00").after_work(at * HOUR, work * HOUR) == done * HOUR


def _facility(**more: object) -> Facility:
    return Facility("A", "A", "depot", 0.0, 0.0, "Europe/Berlin", open=OpeningHours.parse("06:00-22:00"), **more)


def _hours(calendar: OpeningCalendar) -> list[tuple[float, float]]:
    return [(a / HOUR, b / HOUR) for a, b in zip(calendar.opens, calendar.closes, strict=True) if 0 <= a < 3 * DAY_US]


def test_closed_weekdays_and_holidays_are_days_of_the_local_clock():
    """2026-03-28 is a Saturday, in winter time; the days after it have summer time."""
    assert _hours(OpeningCalendar.of_facility(_facility(), START, 3 * DAY_US)) == [(5, 21), (28, 44), (52, 68)]
    sundays = _facility(closed_on=("Sun",), holidays=(date(2026, 3, 30),))
    assert _hours(OpeningCalendar.of_facility(sundays, START, 3 * DAY_US)) == [(5, 21)]


def test_who_is_closed_on_all_days_never_opens():
    shut = OpeningCalendar.of_facility(_facility(closed_on=WEEKDAYS), START, 3 * DAY_US)
    assert shut.next_open(0) == shut.closes_after(0) == shut.after_work(0, 1) == NEVER_US


@pytest.mark.parametrize(
    ("closure", "left"),
    [
        ((7, 9), [(6, 7), (9, 22)]),
        ((5, 9), [(9, 22)]),
        ((20, 23), [(6, 20)]),
        ((1, 23), []),
        ((22, 23), [(6, 22)]),
        ((6, 22), []),
    ],
)
def test_closures_are_cut_out(closure, left):
    """Open 06:00-22:00 on one day, in hours: ``......[6..............22)``."""
    whole = OpeningCalendar([6 * HOUR], [22 * HOUR])
    cut = whole.without([(closure[0] * HOUR, closure[1] * HOUR)])
    assert [(a / HOUR, b / HOUR) for a, b in zip(cut.opens, cut.closes, strict=True)] == left


def test_pieces_of_work_follow_each_other_over_the_night():
    calendar = _calendar("06:00-22:00")
    each = [h / HOUR for h in calendar.after_each(20 * HOUR, [HOUR, HOUR // 2, HOUR, HOUR])]
    assert each == [21, 21.5, 30.5, 31.5]
    assert list(calendar.after_each(20 * HOUR, [])) == []
