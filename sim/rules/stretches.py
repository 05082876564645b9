"""Rules for stretches of the run: they end after they begin, and begin before all is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sim.rules.place import Broken, Path
from sim.units import Duration


class Stretch(Protocol):
    """From ``after`` until ``until``, both since the start of the run."""

    @property
    def after(self) -> Duration: ...  # noqa: D102 (the class says it)
    @property
    def until(self) -> Duration: ...  # noqa: D102


def broken_stretches(stretches: Sequence[Stretch], path: Path, end: Duration, whose_end: str) -> Iterator[Broken]:
    """Stretches that nothing would happen in."""
    for i, one in enumerate(stretches):
        yield from broken_stretch(one, (*path, i), end, whose_end)


def broken_stretch(one: Stretch, path: Path, end: Duration, whose_end: str) -> Iterator[Broken]:
    """A stretch that begins after its end, or after the end of what it is a part of."""
    if one.after.us >= one.until.us:
        yield (*path, "after"), f"found '{one.after.written}', want less than until, {one.until.written}"
    if one.after.us >= end.us:
        yield (*path, "after"), f"found '{one.after.written}', want less than {whose_end}, {end.written}"
