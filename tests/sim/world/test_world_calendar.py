"""Local clocks: opening hours over midnight, over clock changes, and work that waits for the gate.

The year's clock change of Berlin: 2026-03-29, 02:00 becomes 03:00.
"""

from datetime import UTC, datetime

import pytest

from sim.units import OpeningHours
from sim.world.calendar import DAY_US, OpeningCalendar, daily_moments

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
