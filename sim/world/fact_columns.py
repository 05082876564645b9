"""What the fact tables of all event types have in common: order, ids, times, text by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from backends.interface import TIMESTAMP
from pipeline.contract.columns import latest_version
from sim.arrays import I64, U64
from sim.facts import Facts
from sim.truth import fact_schema

if TYPE_CHECKING:
    from sim.world.cast import Cast

MOMENT_BITS = 41
"""Of a number that tells apart what one driver or facility does: 32 microseconds, of runs up to two years."""


def text(values: Sequence[str], index: I64) -> pa.DictionaryArray:
    """The text for each index, as a dictionary; null for a negative one."""
    codes = pa.array(index.astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(values, pa.string()), safe=False)


def moments(cast: Cast, time_us: I64) -> pa.Array:
    """Points in time, from microseconds since the start; null for a negative one."""
    return pa.array(time_us + cast.start_us, mask=time_us < 0).cast(TIMESTAMP)


def luck_of(actor: I64, time_us: I64) -> U64:
    """A number for what somebody does at a moment; a type has no other with the same."""
    return np.asarray(actor.astype(np.uint64) << np.uint64(MOMENT_BITS) | (time_us >> 5).astype(np.uint64))


def in_order(cast: Cast, time_us: I64, luck: U64) -> I64:
    """The rows within the run, by time and then luck."""
    kept = np.flatnonzero(time_us < cast.scenario.duration.us)
    return np.asarray(kept[np.lexsort((luck[kept], time_us[kept]))])


def ids_of(cast: Cast) -> list[str]:
    """The ids of all facilities."""
    return [facility.id for facility in cast.network.facilities]


def made(
    cast: Cast,
    event_type: str,
    time_us: I64,
    luck: U64,
    columns: Mapping[str, pa.Array],
    *,
    actor: I64,
    facility: I64,
    tenant: I64 | None = None,
) -> Facts:
    """Facts whose rows are in order already. Without a tenant they have no trace either."""
    count = len(time_us)
    whose = np.full(count, -1, np.int64) if tenant is None else tenant
    common = {
        "event_id": cast.rng.uuid_texts(f"event_id/{event_type}", luck),
        "event_version": pa.array(np.full(count, latest_version(event_type), np.int64)),
        "event_time": moments(cast, time_us),
        "trace_id": pa.nulls(count, pa.string()),
        "tenant_id": text([each.id for each in cast.scenario.tenants], whose),
    } | dict(columns)
    fields = [field.with_type(common[field.name].type) for field in fact_schema(event_type)]
    table = pa.table([common[field.name] for field in fields], schema=pa.schema(fields))
    return Facts(event_type, table, luck, actor, whose, facility)
