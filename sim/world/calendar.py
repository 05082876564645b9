"""Wall clocks and opening hours as moments of the run, since SimPy knows only microseconds since the start.

Hands on ``OpeningCalendar`` for a facility's docks and ``daily_moments`` for anything that recurs on a local clock.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sim.units import OpeningHours

DAY_US = 86_400_000_000
NEVER_US = 2**60
"""Later than any run ends."""
_US = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def daily_moments(start: datetime, duration_us: int, timezone: str, clock_s: int) -> list[int]:
    """When a local clock shows ``clock_s``, once for each day from the day before the run to three days after it.

    A time that a clock change skips counts as if the clock had not changed yet; one that comes twice, as the first.
    """
    zone = ZoneInfo(timezone)
    first = start.astimezone(zone).date() - _DAY
    carry, second = divmod(clock_s, 86_400)
    clock = time(second // 3600, second // 60 % 60, second % 60, tzinfo=zone)
    days = [first + _DAY * (carry + n) for n in range(duration_us // DAY_US + 5)]
    return [(datetime.combine(day, clock).astimezone(UTC) - start) // _US for day in days]


@dataclass(frozen=True)
class OpeningCalendar:
    """The periods in which a facility is open: ``[opens[k], closes[k])``, apart from each other and rising."""

    opens: list[int]
    closes: list[int]

    @classmethod
    def of(cls, hours: OpeningHours, timezone: str, start: datetime, duration_us: int) -> OpeningCalendar:
        """The same hours each local day; periods that touch become one."""
        opens: list[int] = []
        closes: list[int] = []
        for begin, end in zip(
            daily_moments(start, duration_us, timezone, hours.opens.s),
            daily_moments(start, duration_us, timezone, hours.closes.s),
            strict=True,
        ):
            if closes and begin <= closes[-1]:
                closes[-1] = max(end, closes[-1])
            elif begin < end:  # a clock change can swallow a short period whole
                opens.append(begin)
                closes.append(end)
        return cls(opens, closes)

    def next_open(self, at: int) -> int:
        """The first moment from ``at`` on at which the facility is open."""
        k = bisect_right(self.closes, at)
        return max(at, self.opens[k]) if k < len(self.opens) else NEVER_US

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
