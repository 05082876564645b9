"""Decoded events as columns: a list of objects becomes an Arrow array for each value in them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import compress
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import Leaf, latest_version, payload_leaves
from pipeline.contract.events import EVENT_TYPES, FACILITY_SCAN, STATUS_CHANGED, Envelope
from pipeline.stages.rows import STATUS_LEAVES, VALID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _leaves_by_types() -> dict[tuple[str, ...], tuple[Leaf, ...]]:
    every = {name: {leaf.column: leaf for leaf in payload_leaves(name, latest_version(name))} for name in EVENT_TYPES}
    shared = {
        tuple(name for name in every if column in every[name]): (every[STATUS_CHANGED][column],)
        for column in ("shipment_id", "facility_id")
    }
    return {**shared, (STATUS_CHANGED,): STATUS_LEAVES, (FACILITY_SCAN,): (every[FACILITY_SCAN]["scan_type"],)}


_LEAVES = _leaves_by_types()
"""The columns of ``VALID`` that are values of payloads, by the types that they are taken from."""


def of_envelopes(envelopes: list[Envelope]) -> dict[str, Any]:
    """The columns of ``VALID`` that every event has."""
    return {
        name: _array(list(map(attrgetter(name), envelopes)), VALID.field(name).type)
        for name in Envelope.__struct_fields__
        if name != "payload"
    }


def of_payloads(payloads: list[Any], event_type: pa.Array) -> dict[str, Any]:
    """The columns that only some types of events have, in their rows; null in all others."""
    columns: dict[str, Any] = {}
    for types, leaves in _LEAVES.items():
        has = pc.is_in(event_type, pa.array(types)).to_numpy(zero_copy_only=False)
        having = list(compress(payloads, has))
        where = pa.array(np.cumsum(has) - 1, mask=~has)
        columns |= {leaf.column: _array(_values(having, leaf.path), leaf.arrow_type).take(where) for leaf in leaves}
    return columns


def _values(payloads: list[Any], path: tuple[str, ...]) -> list[Any]:
    """One value of each payload; null where its version does not have it."""
    *outer, name = path
    holders = map(attrgetter(".".join(outer)), payloads) if outer else payloads
    return [getattr(holder, name, None) for holder in holders]


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Arrow asks each time for its zone's offset, and takes five times as long as with its distance from 1970."""
    if not pa.types.is_timestamp(kind):
        return pa.array(values, kind)
    since = pa.array([None if time is None else time - _EPOCH for time in values], pa.duration(kind.unit))
    return pc.cast(pc.cast(since, pa.int64()), kind)
