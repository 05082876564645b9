"""Sorters: one parcel after the other, in the order in which they were scanned in, while the facility is open."""

from __future__ import annotations

from bisect import bisect_right

from sim.world.calendar import NEVER_US, OpeningCalendar
from sim.world.rates import US_PER_H


class Sorter:
    """A belt that takes so many parcels an hour, and for a while only a share of that."""

    def __init__(self, calendar: OpeningCalendar, per_hour: float, speeds: list[tuple[int, float]]) -> None:
        self._calendar = calendar
        self._changes = [at for at, _ in speeds]
        self._work_us = [int(US_PER_H / (per_hour * share)) if share else NEVER_US for _, share in speeds]
        self._free_us = 0
        self._closes_us = 0
        """Until when the facility is open at ``_free_us``."""

    def sort(self, at: int) -> int:
        """Take a parcel that comes at a moment, none before the last one's; when it has been sorted."""
        begins = max(at, self._free_us)
        work_us = self._work_us[0] if len(self._work_us) == 1 else self._work_from(begins)
        done = begins + work_us
        if done >= self._closes_us:
            begins = self._calendar.next_open(begins)
            done = self._calendar.after_work(begins, self._work_from(begins))
            self._closes_us = self._calendar.closes_after(done)
        self._free_us = done
        return done

    def _work_from(self, at: int) -> int:
        """How long a parcel takes that begins now. A belt that stands still begins when it moves again."""
        k = bisect_right(self._changes, at) - 1
        if self._work_us[k] < NEVER_US:
            return self._work_us[k]
        again = self._changes[k + 1]
        return again - at + self._work_from(again)
