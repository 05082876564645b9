"""How to generate. None of it changes a message: a limit ends the log early, a pace cuts it into other files."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import UsageError
from sim.generation.pace import Pace
from sim.scenario import Scenario
from sim.units import US_PER_S, Duration


@dataclass(frozen=True)
class Options:
    """What ``sim generate`` can be asked for."""

    workers: int = 1
    limit: int | None = None
    """Messages appended at most: the first to arrive."""
    pace: Pace | None = None


def options(scenario: Scenario, workers: int, limit: int | None, speed: float | None, backfill: Duration) -> Options:
    """As the command line says it; no ``speed`` is as fast as can be. Raises UsageError."""
    if backfill.us and not speed:
        raise UsageError("--backfill goes with --speed: without one, all is appended at once")
    start_us = round(scenario.start.timestamp()) * US_PER_S
    return Options(workers, limit, Pace(speed, start_us + backfill.us) if speed else None)
