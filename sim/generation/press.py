"""One slice of the world pressed: facts, messages, fates and bytes, left on disk as parts of the truth and a chunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.fates import fates
from sim.faults import apply_all
from sim.generation.encode import encode
from sim.generation.spool import SPOOLED, Chunk, write_chunk
from sim.producers.formats import format_codes
from sim.producers.plan import EVENT_TYPE_NAMES, Plan
from sim.producers.report import report
from sim.run_folder import RunFolder
from sim.truth import write_part
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
        cast.rng,
        cast.scenario.producers,
        allowed_lateness_us=platform.allowed_lateness.us,
        future_tolerance_us=platform.future_tolerance.us,
    )
    sent = np.flatnonzero(~plan.messages.dropped)
    rows = sent[np.argsort(plan.messages.ingest_time[sent], kind="stable")]
    encoded = encode(cast, plan, rows)
    messages = plan.messages.take(rows)
    decided = decided.take(pa.array(rows))
    columns = {
        "row": rows,
        "ingest_time": messages.ingest_time,
        "producer_time": messages.producer_time,
        "event_time": messages.event_time,
        "event_type": messages.event_type,
        "event_version": messages.version,
        "source": messages.producer,
        "tenant": _of_facts(plan.facts, plan, rows, "tenant"),
        "format": format_codes(cast.scenario.producers)[messages.producer],
        "body": messages.body,
        "detail": pa.array(plan.details, pa.string()).take(pa.array(messages.detail, mask=messages.detail < 0)),
        "fact_row": messages.fact_row,
        "kept_row": decided["kept_row"].fill_null(-1),
        **{name: decided[name] for name in ("fate", "code", "matched_on")},
        **_encoded_columns(encoded),
    }
    return pa.RecordBatch.from_arrays([_array(columns[field.name], field.type) for field in SPOOLED], schema=SPOOLED)
