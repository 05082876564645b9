"""Facts as Arrow tables: what the run's end cuts off is left out, the rest is put in order and given its event ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from backends.interface import TIMESTAMP
from sim.arrays import I64
from sim.rng import Randomness
from sim.scenario import Scenario
from sim.truth import fact_schema

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pick(values: Sequence[str], index: I64) -> pa.Array:
    """The text for each index; null for a negative one."""
    return pa.array(values, pa.string()).take(pa.array(index, mask=index < 0))


@dataclass(frozen=True)
class FactPress:
    """Turns columns in microseconds since the start into the fact tables of one run."""

    start_us: int
    duration_us: int
    rng: Randomness

    @classmethod
    def of(cls, scenario: Scenario, rng: Randomness) -> FactPress:
        """The press of a scenario's run."""
        return cls((scenario.start - _EPOCH) // timedelta(microseconds=1), scenario.duration.us, rng)

    def moments(self, time_us: I64) -> pa.Array:
        """Points in time; null for a negative one."""
        return pa.array(time_us + self.start_us, mask=time_us < 0).cast(TIMESTAMP)

    def table(self, event_type: str, time_us: I64, columns: Mapping[str, pa.Array]) -> pa.Table:
        """The facts of one type. Columns are in the order of writing; left out, ids are null and versions are 1."""
        kept = np.flatnonzero(time_us < self.duration_us)
        order = kept[np.argsort(time_us[kept], kind="stable")]
        count = len(order)
        made = {
            "event_id": pa.array(self.rng.uuids(f"event_id/{event_type}", np.arange(count)), pa.string()),
            "event_version": pa.array(np.ones(count, np.int64)),
            "event_time": self.moments(time_us[order]),
            "trace_id": pa.nulls(count, pa.string()),
            "tenant_id": pa.nulls(count, pa.string()),
        }
        made.update({name: column.take(pa.array(order)) for name, column in columns.items()})
        schema = fact_schema(event_type)
        return pa.table([made[name] for name in schema.names], schema=schema)
