"""What ``ops.metrics`` counts: at the output of which stage, and by what beside event type and tenant.

Every number is a count of rows, so that the counts of any parts of a log add up to those of the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.attributes import claimed_tenant, claimed_type

LAG_BOUNDS_S = (0, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400, 604_800)
"""Upper bounds of the buckets of the lag from ``event_time`` to ``ingest_time``; beyond the last is ``le_inf``."""
_BOUNDS_US = np.array(LAG_BOUNDS_S, dtype=np.int64) * 1_000_000
_BUCKETS = pa.array([*(f"le_{bound}" for bound in LAG_BOUNDS_S), "le_inf"])

Keys = tuple[pa.Array, pa.Array, pa.Array]
"""Event type, tenant and label of each row; any of them may be null for none."""


class Measure(NamedTuple):
    """One metric: rows of the output ``output`` of ``stage``, counted by ``keys``."""

    stage: str
    metric: str
    output: str
    keys: Callable[[pa.RecordBatch], Keys]


def _messages(rows: pa.RecordBatch) -> Keys:
    return claimed_type(rows), claimed_tenant(rows), _none(rows)


def _partitions(rows: pa.RecordBatch) -> Keys:
    return _none(rows), _none(rows), pc.cast(rows.column("partition"), pa.string())


def _plain(rows: pa.RecordBatch) -> Keys:
    return rows.column("event_type"), rows.column("tenant_id"), _none(rows)


def _labelled(rows: pa.RecordBatch, label: str) -> Keys:
    return rows.column("event_type"), rows.column("tenant_id"), rows.column(label)


def _lags(rows: pa.RecordBatch) -> Keys:
    event, ingest = (pc.cast(rows.column(name), pa.int64()).to_numpy() for name in ("event_time", "ingest_time"))
    bucket = np.searchsorted(_BOUNDS_US, ingest - event, side="left")
    return rows.column("event_type"), rows.column("tenant_id"), _BUCKETS.take(pa.array(bucket))


def _none(rows: pa.RecordBatch) -> pa.Array:
    return pa.nulls(rows.num_rows, pa.string())


MEASURES = (
    Measure("log", "messages", "messages", _messages),
    Measure("log", "partition", "messages", _partitions),
    Measure("decode", "valid", "valid", _plain),
    Measure("decode", "rejected", "rejected", partial(_labelled, label="code")),
    Measure("dedupe", "first", "first", _plain),
    Measure("dedupe", "duplicate", "duplicate", partial(_labelled, label="matched_on")),
    Measure("dedupe", "rejected", "rejected", partial(_labelled, label="code")),
    Measure("windows", "lateness", "events", partial(_labelled, label="lateness")),
    Measure("windows", "ingest_lag", "events", _lags),
)
