"""What a description shows over time: the panels of its picture, each with its series, cut into equal steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Literal

import pyarrow as pa

from sim.checks.scratch import Scratch
from sim.report.described.disruptions import about, kind, moment
from sim.report.described.sources import select
from sim.report.description import Description
from sim.scenario import Disruption, Scenario
from sim.units import US_PER_S, Duration

_STEPS_MAX = 300
_STEPS = ("1 min", "5 min", "15 min", "30 min", "1 h", "3 h", "6 h", "12 h", "1 d", "7 d")
_HOUR_US = 3600 * US_PER_S
_FULLEST = 4
_KINDS_MAX = 5
Values = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    """One value for each of the equal steps that the whole time is cut into; none where there is nothing to show."""

    name: str
    values: Values


@dataclass(frozen=True)
class Panel:
    """Series that share a scale.

    Counts are ``lines``, or ``stacked`` on each other; a ``percent`` goes up to 100; ``seconds`` go up by powers.
    """

    title: str
    series: tuple[Series, ...]
    shape: Literal["lines", "stacked", "percent", "seconds"] = "lines"


@dataclass(frozen=True)
class Stretch:
    """A disruption."""

    name: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Picture:
    """Panels over one axis of time, which is UTC and begins at ``start``."""

    title: str
    start: datetime
    step: Duration
    steps: int
    panels: tuple[Panel, ...]
    stretches: tuple[Stretch, ...]


def step_of(scenario: Scenario) -> Duration:
    """The finest step that cuts the run into few enough to be seen."""
    steps = [Duration.parse(text) for text in _STEPS]
    return next((step for step in steps if step.us * _STEPS_MAX >= scenario.duration.us), steps[-1])


def picture(scratch: Scratch, scenario: Scenario, description: Description, step: Duration) -> Picture:
    """Ask for all series; the scratch is one of ``open_sources`` with the same step."""
    lasted = -(-scenario.duration.us // step.us)
    arrivals = scratch.rows(select("arrival_series"))
    hour = max(_HOUR_US // step.us, 1)
    steps = _up(max(lasted, *(_whole(row[0]) + 1 for row in arrivals), 1), hour)
    panels = (
        *_parcels(scratch, description, lasted, steps),
        *_deliveries(scratch, Duration(hour * step.us), hour, steps),
        *_messages(scratch, arrivals, step, steps),
        _firings(scratch, step, steps),
    )
    stretches = [
        Stretch(_name(one), moment(scenario, one.after), moment(scenario, one.until)) for one in scenario.disruptions
    ]
    title = f"{description.scenario}, seed {description.seed}: what happened, and what was told of it"
    return Picture(title, scenario.start, step, steps, tuple(one for one in panels if one.series), tuple(stretches))


def _up(steps: int, whole: int) -> int:
    return -(-steps // whole) * whole


def _name(disruption: Disruption) -> str:
    return " ".join((kind(disruption).replace("_", " "), *about(disruption)))


def _parcels(scratch: Scratch, description: Description, lasted: int, steps: int) -> Iterator[Panel]:
    booked = _summed(_pairs(scratch, "in_system"), lasted)
    yield Panel(
        "parcels in the system: booked, not yet delivered or returned",
        (Series("parcels", _until_the_end(booked, steps)),),
    )
    fullest = [one.facility_id for one in description.standing[:_FULLEST]]
    scratch.load("fullest", pa.table({"facility_id": pa.array(fullest, pa.string())}))
    changes: dict[object, list[tuple[object, object]]] = defaultdict(list)
    for facility, step, change in scratch.rows(select("standing_series")):
        changes[facility].append((step, change))
    standing = (Series(f"at {one}", _until_the_end(_summed(changes[one], lasted), steps)) for one in fullest)
    yield Panel("parcels standing at the fullest facilities", tuple(standing))


def _until_the_end(changes: list[int], steps: int) -> Values:
    """The sum so far, at the end of each step of the run; the world is not known beyond."""
    return [*accumulate(changes), *[None] * (steps - len(changes))]


def _deliveries(scratch: Scratch, step: Duration, of: int, steps: int) -> Iterator[Panel]:
    """In steps of an hour at least, of which each is so many finer ones: few deliveries make no rate."""
    rows = [(_whole(at) // of, every, on_time) for at, every, on_time in scratch.rows(select("delivery_series"))]
    delivered = _summed(((at, every) for at, every, _ in rows), steps // of)
    kept = _summed(((at, on_time) for at, _, on_time in rows), steps // of)
    late = [every - on_time for every, on_time in zip(delivered, kept, strict=True)]
    yield Panel(f"deliveries in {step}", (Series("on time", kept), Series("late", late)), "stacked")
    rate = [100 * on_time / every if every else None for every, on_time in zip(delivered, kept, strict=True)]
    yield Panel("on-time rate of deliveries, %", (Series("rate", rate),), "percent")


def _messages(scratch: Scratch, arrivals: list[tuple[object, ...]], step: Duration, steps: int) -> Iterator[Panel]:
    happened = Series("by event time", _summed(_pairs(scratch, "event_time_series"), steps))
    arrived = Series("by arrival", _summed(((row[0], row[1]) for row in arrivals), steps))
    yield Panel(f"messages in {step}", (happened, arrived))
    names = ("half of them", "99 %", "the latest")
    late = tuple(Series(name, _sparse(arrivals, 2 + k, steps)) for k, name in enumerate(names))
    yield Panel("lateness of what arrives: at most this long after its event time", late, "seconds")


def _sparse(rows: list[tuple[object, ...]], column: int, steps: int) -> Values:
    found = {row[0]: row[column] for row in rows}
    return [None if (value := found.get(step)) is None else float(str(value)) for step in range(steps)]


def _firings(scratch: Scratch, step: Duration, steps: int) -> Panel:
    rows = scratch.rows(select("firing_times"))
    totals: Counter[str] = Counter()
    for _, name, firings in rows:
        totals[str(name)] += _whole(firings)
    shown = [name for name, _ in sorted(totals.items(), key=lambda one: (-one[1], one[0]))]
    groups = {name: name if place < _KINDS_MAX else "others" for place, name in enumerate(shown)}
    series = [
        Series(
            group.replace("_", " "),
            _summed(((at, count) for at, name, count in rows if groups[str(name)] == group), steps),
        )
        for group in dict.fromkeys(groups.values())
    ]
    return Panel(f"firings of faults in {step}", tuple(series))


def _pairs(scratch: Scratch, name: str) -> Iterator[tuple[object, object]]:
    return ((step, value) for step, value in scratch.rows(select(name)))


def _whole(number: object) -> int:
    assert isinstance(number, int)
    return number


def _summed(rows: Iterable[tuple[object, object]], steps: int) -> list[int]:
    """The sum for each step, 0 where no row has one; what lies outside is not shown."""
    values = [0] * steps
    for step, value in rows:
        if 0 <= _whole(step) < steps:
            values[_whole(step)] += _whole(value)
    return values
