"""The numbers of a description, as the scratch answers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from sim.checks.scratch import Scratch
from sim.report.described.disruptions import about, kind, moment
from sim.report.described.sources import select
from sim.report.description import (
    Cause,
    Day,
    Description,
    Disrupted,
    DockWait,
    Drivers,
    Dwell,
    Etas,
    EventCount,
    FateCount,
    Fired,
    Lateness,
    MessageCount,
    OnTime,
    Phase,
    Row,
    Shipments,
    Standing,
    Transit,
)
from sim.scenario import Disruption, Scenario

_CAUSES_MAX = 5
_R = TypeVar("_R", bound=Row)


def numbers(scratch: Scratch, scenario: Scenario) -> Description:
    """Ask everything; the scratch is one of ``open_sources``."""
    return Description(
        scenario=scenario.name,
        seed=scenario.seed,
        start=f"{scenario.start:%Y-%m-%d %H:%M}",
        duration=str(scenario.duration),
        events=_rows(scratch, "events", EventCount),
        messages=_rows(scratch, "messages", MessageCount),
        days=_rows(scratch, "days", Day),
        shipments=_rows(scratch, "outcomes", Shipments)[0],
        dwell=_rows(scratch, "dwell", Dwell),
        transit=_rows(scratch, "transit", Transit),
        docks=_rows(scratch, "docks", DockWait),
        on_time=_rows(scratch, "on_time", OnTime),
        standing=_rows(scratch, "standing", Standing),
        drivers=_rows(scratch, "drivers", Drivers)[0],
        etas=_rows(scratch, "etas", Etas)[0],
        disruptions=_disrupted(scratch, scenario),
        faults=_faults(scratch),
        fates=_rows(scratch, "fates", FateCount),
        lateness=_rows(scratch, "lateness", Lateness),
    )


def _rows(scratch: Scratch, name: str, row: type[_R]) -> tuple[_R, ...]:
    return tuple(_row(row, answered) for answered in scratch.rows(select(name)))


def _row(row: type[_R], answered: Iterable[object]) -> _R:
    """What was answered, held to the types of the row."""
    return msgspec.convert(dict(zip(row.__struct_fields__, answered, strict=True)), row)


def _disrupted(scratch: Scratch, scenario: Scenario) -> tuple[Disrupted, ...]:
    phases: dict[object, list[Phase]] = defaultdict(list)
    for nr, *answered in scratch.rows(select("disrupted")):
        phases[nr].append(_row(Phase, answered))
    return tuple(_one(scenario, one, tuple(phases[nr])) for nr, one in enumerate(scenario.disruptions))


def _one(scenario: Scenario, one: Disruption, phases: tuple[Phase, ...]) -> Disrupted:
    begins, ends = (f"{moment(scenario, at):%Y-%m-%d %H:%M}" for at in (one.after, one.until))
    return Disrupted(kind(one), " - ".join(about(one)) or "all", begins, ends, phases)


def _faults(scratch: Scratch) -> tuple[Fired, ...]:
    causes: dict[object, list[Cause]] = defaultdict(list)
    for fault_id, fault_kind, *answered in scratch.rows(select("causes")):
        causes[fault_id, fault_kind].append(_row(Cause, answered))
    fired = scratch.rows(select("firings"))
    return tuple(_row(Fired, (*row, causes[row[0], row[1]][:_CAUSES_MAX])) for row in fired)
