"""Rules for single quantities: none that would make the world stand still, or run for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sim.distributions import Constant, Distribution, MixturePart
from sim.rules.distributions import broken_distribution
from sim.rules.place import Broken, Path
from sim.units import Distance, Duration, Mass, Measure, Rate, Share

_SHORTEST: dict[str, Measure] = {
    "breakdown_every": Duration.parse("1 min"),
    "checkpoint_every": Duration.parse("1 s"),
    "crash_every": Duration.parse("1 min"),
    "distance": Distance.parse("1 m"),
    "driving_max": Duration.parse("1 min"),
    "duration": Duration.parse("1 min"),
    "file_every": Duration.parse("1 s"),
    "headway": Duration.parse("1 min"),
    "leg_time": Duration.parse("1 s"),
    "location_interval": Duration.parse("1 s"),
    "longest": Duration.parse("1 ms"),
    "parcel": Mass.parse("1 g"),
    "radius": Distance.parse("1 m"),
    "range": Distance.parse("20 km"),
    "retry_after": Duration.parse("1 ms"),
    "shift_length": Duration.parse("1 min"),
    "stop_time": Duration.parse("1 s"),
    "telemetry_interval": Duration.parse("1 s"),
    "travel_time": Duration.parse("1 s"),
    "until": Duration.parse("1 s"),
}
_LONGEST: Mapping[type[Measure], Measure] = {
    Duration: Duration.parse("366 d"),
    Distance: Distance.parse("40000 km"),
    Mass: Mass.parse("10000 kg"),
}
_NOUNS: Mapping[type[Measure], str] = {Duration: "duration", Distance: "distance", Mass: "mass"}
_ABOVE_NONE = ("share", "speed")


def broken_quantities(part: object, path: Path) -> Iterator[Broken]:
    """Every quantity in a part of a scenario that is out of bounds; the field's name tells the least it may be."""
    if isinstance(part, Constant):
        yield from _measure(part.value, path)
    elif isinstance(part, Distribution):
        yield from _distribution(part, path)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from broken_quantities(getattr(part, name), (*path, name))
    elif isinstance(part, tuple):
        for i, entry in enumerate(part):
            yield from broken_quantities(entry, (*path, i))
    elif isinstance(part, Measure):
        yield from _measure(part, path)
    elif isinstance(part, Rate) and part.per_hour <= 0:
        yield path, f"found '{part.written}', want a rate above 0/h"
    elif isinstance(part, Share) and path[-1] in _ABOVE_NONE and part.of_one <= 0:
        since = ", since this fault would never fire" if path[0] == "faults" else ""
        yield path, f"found '{part.written}', want a {path[-1]} above 0%{since}"


def _measure(part: Measure, path: Path) -> Iterator[Broken]:
    least, most = _bounds(type(part), path)
    if not least.amount <= part.amount <= most.amount:
        yield path, f"found '{part.written}', want a {_NOUNS[type(part)]} from {least} to {most}"


def _bounds(kind: type[Measure], path: Path) -> tuple[Measure, Measure]:
    return _SHORTEST.get(str(path[-1]), kind(0)), _LONGEST[kind]


def _distribution(part: Distribution[Measure], path: Path) -> Iterator[Broken]:
    broken = list(broken_distribution(part, path))
    yield from broken
    if not broken:
        kind = _kind(part)
        least, most = _bounds(kind, path)
        if not least.amount <= part.average() <= most.amount:
            yield path, f"found a mean of {kind(round(part.average()))}, want one from {least} to {most}"


def _kind(part: Distribution[Measure]) -> type[Measure]:
    """What it is a distribution of."""
    for name in part.__struct_fields__:
        match getattr(part, name):
            case Measure() as parameter:
                return type(parameter)
            case dict() as quantiles:
                return type(next(iter(quantiles.values())))
            case (MixturePart(distribution=first), *_):
                return _kind(first)
    raise TypeError(part)
