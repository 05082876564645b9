"""Whole worlds in memory: all slices of a scenario, its truth, and variants of a scenario for comparison."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from pipeline.contract.events import EVENT_TYPES
from sim.scenario import Scenario
from sim.truth import Truth, fact_schema
from sim.world.cast import build_cast
from sim.world.facts import press
from sim.world.journal import Slice
from sim.world.kernel import slices
from sim.world.reference import reference_tables


def simulate(scenario: Scenario, progress: Callable[[float], None] | None = None) -> Truth:
    """What a scenario makes happen, with the facts of each type in order of time."""
    cast = build_cast(scenario)
    facts = [press(cast, one) for one in slices(cast, progress)]
    tables = {
        name: pa.concat_tables([part[name].table.cast(fact_schema(name)) for part in facts]) for name in EVENT_TYPES
    }
    return Truth({name: table.sort_by("event_time") for name, table in tables.items()}, reference_tables(cast))


def all_slices(scenario: Scenario) -> list[Slice]:
    """Every slice of a scenario."""
    return list(slices(build_cast(scenario)))


def rows(parts: list[Slice], kind: str) -> list[tuple[int, ...]]:
    """All rows of a kind as named tuples, in the order of their first column."""
    columns = [getattr(part, kind) for part in parts]
    whole = type(columns[0])(*(np.concatenate(same).tolist() for same in zip(*columns, strict=True)))
    return sorted(map(type(columns[0])._make, zip(*whole, strict=True)))
