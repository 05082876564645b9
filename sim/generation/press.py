"""One slice of the world pressed: facts, messages, fates and bytes, left on disk as parts of the truth and a chunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.arrays import I64
from sim.fates import fates
from sim.faults import apply_all
from sim.generation.encode import encode
from sim.generation.spool import SPOOLED, SPOOLED_FIRINGS, Chunk, write_chunk
from sim.producers.plan import EVENT_TYPE_NAMES, Firing, Messages, Plan
from sim.producers.report import report
from sim.run_folder import RunFolder
from sim.truth import write_part
from sim.wire.texts import one_array
from sim.world.cast import Cast
from sim.world.facts import press
from sim.world.journal import Slice
from sim.world.movements import movements


def press_chunk(cast: Cast, one: Slice, folder: Path) -> Chunk:
    """Write the slice's parts of the truth and its messages."""
    run = RunFolder(folder)
    facts = press(cast, one)
    write_part(run.truth, one.index, facts, movements(cast, one))
    plan = apply_all(cast.scenario.faults, report(cast, one, facts), cast.rng)
    path = run.spool / f"{one.index:06}.arrow"
    write_chunk(path, _messages(cast, plan))
    return Chunk(
        one.index,
        path,
        tuple(len(facts[name]) for name in EVENT_TYPE_NAMES),
        len(plan.messages),
        _firings(plan),
        cast.start_us + one.watermark_us,
    )


def _messages(cast: Cast, plan: Plan) -> pa.RecordBatch:
    """What is sent, in order of arrival."""
    platform = cast.scenario.platform
    decided = fates(
        plan,
        allowed_lateness_us=platform.allowed_lateness.us,
        future_tolerance_us=platform.future_tolerance.us,
        dedupe_ttl_us=platform.dedupe_ttl.us,
        lateness_us_by_type=platform.lateness_us_by_type,
    )
    sent = np.flatnonzero(~plan.messages.dropped)
    rows = sent[np.argsort(plan.messages.ingest_time[sent], kind="stable")]
    messages, encoded = plan.messages.take(rows), encode(plan, rows, cast.rng)
    decided = decided.combine_chunks().to_batches()[0].take(pa.array(rows))
    columns = {
        "row": rows,
        "event_version": messages.version,
        "source": messages.producer,
        "tenant": _tenants(plan, messages),
        "format": np.asarray(plan.formats)[messages.producer],
        "detail": pa.array(plan.details, pa.string()).take(pa.array(messages.detail, mask=messages.detail < 0)),
        "kept_row": decided["kept_row"].fill_null(-1),
        "key": encoded.key,
        "event_id": encoded.event_id,
        "value_sha256": encoded.sha256,
        "value": encoded.value,
        **{name: decided[name].indices.fill_null(-1) for name in ("fate", "code", "matched_on")},
        **{name: getattr(messages, name) for name in _SAME},
    }
    return pa.RecordBatch.from_arrays([_array(columns[field.name], field.type) for field in SPOOLED], schema=SPOOLED)


_SAME = ("ingest_time", "producer_time", "event_time", "event_type", "body", "fact_row", "copy")


def _array(column: npt.NDArray[np.int64] | pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return (pa.array(column) if isinstance(column, np.ndarray) else one_array(column)).cast(kind)


def _tenants(plan: Plan, messages: Messages) -> I64:
    """The tenant of each message's fact, by index."""
    tenants = np.empty(len(messages), np.int64)
    for code, name in enumerate(EVENT_TYPE_NAMES):
        its = messages.event_type == code
        tenants[its] = plan.facts[name].tenant[messages.fact_row[its]]
    return tenants


def _firings(plan: Plan) -> pa.Table:
    told = [_firing(plan, firing) for firing in plan.firings if len(firing.rows)]
    return pa.concat_tables([SPOOLED_FIRINGS.empty_table(), *told])


def _firing(plan: Plan, firing: Firing) -> pa.Table:
    touched = plan.messages.take(firing.rows)
    columns = {
        "fault_id": pa.array([firing.fault_id] * len(firing.rows)),
        "kind": pa.array([firing.kind] * len(firing.rows)),
        "row": firing.rows,
        "dropped": touched.dropped,
        "event_type": touched.event_type,
        "fact_row": touched.fact_row,
        "cause": firing.cause,
        "root_cause": firing.root_cause,
        "held_us": pa.array(firing.held_us, mask=firing.held_us < 0),
    }
    return pa.table([_array(columns[field.name], field.type) for field in SPOOLED_FIRINGS], schema=SPOOLED_FIRINGS)
