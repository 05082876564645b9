"""Wall clocks and opening hours as moments of the run, since SimPy knows only microseconds since the start.

Hands on ``OpeningCalendar`` for a facility's docks and ``daily_moments`` for anything that recurs on a local clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sim.scenario import Facility
from sim.units import OpeningHours

DAY_US = 86_400_000_000
NEVER_US = 2**60
"""Later than any run ends."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_US = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def local_days(start: datetime, duration_us: int, timezone: str) -> list[date]:
    """The days of a wall clock, from the day before the run to three days after it."""
    first = start.astimezone(ZoneInfo(timezone)).date() - _DAY
    return [first + _DAY * n for n in range(duration_us // DAY_US + 5)]


def _moment(start: datetime, day: date, zone: ZoneInfo, clock_s: int) -> int:
    carry, second = divmod(clock_s, 86_400)
    clock = time(second // 3600, second // 60 % 60, second % 60, tzinfo=zone)
    return (datetime.combine(day + _DAY * carry, clock).astimezone(UTC) - start) // _US


def daily_moments(start: datetime, duration_us: int, timezone: str, clock_s: int) -> list[int]:
    """When a local clock shows ``clock_s``, once for each of the ``local_days``.

    A time that a clock change skips counts as if the clock had not changed yet; one that comes twice, as the first.
    """
    zone = ZoneInfo(timezone)
    return [_moment(start, day, zone, clock_s) for day in local_days(start, duration_us, timezone)]


@dataclass(frozen=True)
class OpeningCalendar:
    """The periods in which a facility is open: ``[opens[k], closes[k])``, apart from each other and rising."""

    opens: list[int]
    closes: list[int]

    @classmethod
    def of(cls, hours: OpeningHours, timezone: str, start: datetime, duration_us: int) -> OpeningCalendar:
        """The same hours each local day; periods that touch become one."""
        begins = daily_moments(start, duration_us, timezone, hours.opens.s)
        return cls._joined(zip(begins, daily_moments(start, duration_us, timezone, hours.closes.s), strict=True))

    @classmethod
    def of_facility(cls, facility: Facility, start: datetime, duration_us: int) -> OpeningCalendar:
        """Its hours on the local days on which it opens at all."""
        zone = ZoneInfo(facility.timezone)
        days = [
            day
            for day in local_days(start, duration_us, facility.timezone)
            if WEEKDAYS[day.weekday()] not in facility.closed_on and day not in facility.holidays
        ]
        clocks = facility.open.opens.s, facility.open.closes.s
        return cls._joined((_moment(start, day, zone, clocks[0]), _moment(start, day, zone, clocks[1])) for day in days)

    @classmethod
    def _joined(cls, periods: Iterable[tuple[int, int]]) -> OpeningCalendar:
        opens: list[int] = []
        closes: list[int] = []
        for begin, end in periods:
            if closes and begin <= closes[-1]:
                closes[-1] = max(end, closes[-1])
            elif begin < end:  # a clock change can swallow a short period whole
                opens.append(begin)
                closes.append(end)
        return cls(opens, closes)

    def without(self, closures: Iterable[tuple[int, int]]) -> OpeningCalendar:
        """The same, but closed from each first moment until the second."""
        periods = list(zip(self.opens, self.closes, strict=True))
        for begin, end in closures:
            periods = [
                part
                for opens, closes in periods
                for part in ((opens, min(closes, begin)), (max(opens, end), closes))
                if part[0] < part[1]
            ]
        return OpeningCalendar([a for a, _ in periods], [b for _, b in periods])

    def next_open(self, at: int) -> int:
        """The first moment from ``at`` on at which the facility is open."""
        k = bisect_right(self.closes, at)
        return max(at, self.opens[k]) if k < len(self.opens) else NEVER_US

    def is_open(self, at: int) -> bool:
        """Whether the facility is open."""
        return self.next_open(at) == at

    def closes_after(self, at: int) -> int:
        """When the period ends that ``at`` lies in, or else the next one."""
        k = bisect_right(self.closes, at)
        return self.closes[k] if k < len(self.closes) else NEVER_US

    def after_work(self, at: int, work_us: int) -> int:
        """When ``work_us`` of opening time have passed since ``at``, at a moment when the facility is open."""
        for k in range(bisect_right(self.closes, at), len(self.opens)):
            begin = max(at, self.opens[k])
            if begin + work_us < self.closes[k]:
                return begin + work_us
            work_us -= self.closes[k] - begin
        return NEVER_US

    def after_each(self, at: int, works_us: Iterable[int]) -> Iterator[int]:
        """When each of the pieces of work is done that follow each other from ``at`` on."""
        at = self.next_open(at)
        closes = self.closes_after(at)
        for work_us in works_us:
            if at + work_us < closes:
                at += work_us
            else:
                at = self.after_work(at, work_us)
                closes = self.closes_after(at)
            yield at
