"""Rules for time zones: names that the time zone database knows."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from functools import cache

from sim.errors import unknown
from sim.rules.place import Broken, Path


def broken_time_zone(name: str, path: Path) -> Iterator[Broken]:
    """A name that is none."""
    if name not in _known():
        yield path, unknown("time zone", name, _known())


@cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # reads a thousand files
