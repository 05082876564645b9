"""Parcel lockers: so many slots, each taken by a parcel until its recipient comes for it."""

from __future__ import annotations

from heapq import heappop, heappush


class Locker:
    """One locker; asked by rounds in order of time."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._emptied_us: list[int] = []

    def put(self, now: int, collected_us: int) -> bool:
        """Put in a parcel that is collected after so long; false if no slot is free."""
        while self._emptied_us and self._emptied_us[0] <= now:
            heappop(self._emptied_us)
        if len(self._emptied_us) >= self._slots:
            return False
        heappush(self._emptied_us, now + collected_us)
        return True
