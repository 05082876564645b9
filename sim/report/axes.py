"""Scales and ticks: from values and moments to places in a picture, and the round ones that are worth a label."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TICKS_MAX = 5
_TIME_TICKS_MAX = 12
_S = {"1 ms": 1e-3, "1 s": 1.0, "1 min": 60.0, "1 h": 3600.0, "1 d": 86_400.0, "10 d": 864_000.0, "100 d": 8_640_000.0}
_EVERY_MIN = (5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 20_160, 40_320)
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weeks begin on one
Tick = tuple[float, str]
"""Where, from 0 to 1, and what it says."""


@dataclass(frozen=True)
class Axis:
    """``place`` gives 0 at the low end and 1 at the high one; beyond, it stays there."""

    place: Callable[[float], float]
    ticks: tuple[Tick, ...]


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def linear(values: Iterable[float]) -> Axis:
    """Of counts: from 0 to a round number that none of the values exceeds."""
    top = max(values, default=0.0) or 1.0
    step = max(_round_step(top / _TICKS_MAX), 1.0)
    count = math.ceil(top / step)
    ticks = tuple((k / count, f"{k * step:,.0f}") for k in range(count + 1))
    return Axis(lambda value: _within(value / (count * step)), ticks)


def _round_step(at_least: float) -> float:
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= at_least * (1 - 1e-9))


def logarithmic(seconds: Iterable[float]) -> Axis:
    """From a millisecond up by powers, with the spans of time that people know as ticks."""
    top = max(seconds, default=0.0)
    high = next((span for span in _S.values() if span >= top and span > 1e-3), max(_S.values()))
    low = 1e-3
    width = math.log(high / low)
    ticks = tuple((math.log(span / low) / width, name) for name, span in _S.items() if span <= high)
    return Axis(lambda value: _within(math.log(max(value, low) / low) / width), ticks)


def time_ticks(start: datetime, span: timedelta) -> tuple[Tick, ...]:
    """Round moments in UTC: the time of day, or at midnight the day."""
    minutes = span / timedelta(minutes=1)
    every = timedelta(minutes=next((one for one in _EVERY_MIN if minutes / one <= _TIME_TICKS_MAX), _EVERY_MIN[-1]))
    at = start + -(start - _EPOCH) % every
    ticks = []
    while at <= start + span:
        ticks.append(((at - start) / span, f"{at:%m-%d}" if f"{at:%H:%M}" == "00:00" else f"{at:%H:%M}"))
        at += every
    return tuple(ticks)
