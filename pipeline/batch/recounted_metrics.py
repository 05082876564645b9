"""``ops.metrics`` after some messages were processed anew: the counts of their old rows go, those of new ones come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import MESSAGE, TableSpec, Warehouse
from pipeline.batch.places import Places, rows_at
from pipeline.batch.recount import Change
from pipeline.contract.tables import DUPLICATES, EVENTS, METRICS, RAW_MESSAGES, REJECTED
from pipeline.stages.count import counts, sum_counts
from pipeline.stages.measures import MEASURES

_MEASURED = (
    (EVENTS, None, ("decode valid", "dedupe first", "windows events")),
    (DUPLICATES, None, ("decode valid", "dedupe duplicate")),
    (REJECTED, "decode", ("decode rejected",)),
    (REJECTED, "dedupe", ("decode valid", "dedupe rejected")),
)
"""Of which outputs of stages a row of a table is left, by the stage that it names."""


def recounted_metrics(stands: Warehouse, made: Warehouse, places: Mapping[TableSpec, Places]) -> Change:
    """The rows of ``ops.metrics`` that change when rows of messages in these places, by table, do."""
    there = stands.query(f"SELECT {', '.join(METRICS.schema.names)} FROM {METRICS.name}").read_all()
    less = [_times(-1, part) for part in _parts(stands, places)]
    parts = [*there.cast(METRICS.schema).to_batches(), *less, *_parts(made, places)]
    now = pa.Table.from_batches([sum_counts(parts)]) if parts else METRICS.schema.empty_table()
    now = now.filter(pc.not_equal(now["value"], 0))
    before, after = (set(map(tuple, map(dict.values, rows.to_pylist()))) for rows in (there, now))
    return Change(_rows(before - after).select(METRICS.keys), _rows(after - before))


def _parts(warehouse: Warehouse, places: Mapping[TableSpec, Places]) -> Iterator[pa.RecordBatch]:
    for batch in rows_at(warehouse, RAW_MESSAGES, places[RAW_MESSAGES], ("log_partition", "attributes")):
        arrived = _as_messages(batch)
        yield from (counts(arrived, one) for one in MEASURES if one.stage == "log")
    for table, stage, outputs in _MEASURED:
        for batch in rows_at(warehouse, table, places[table]):
            rows = batch.filter(pc.equal(batch.column("stage"), stage)) if stage else batch
            yield from (counts(rows, one) for one in MEASURES if f"{one.stage} {one.output}" in outputs)


def _as_messages(raw: pa.RecordBatch) -> pa.RecordBatch:
    """Of archived messages what the log's counts need: partition and attributes."""
    attributes = [json.loads(text, object_pairs_hook=list) for text in raw.column("attributes").to_pylist()]
    columns = [raw.column("log_partition"), pa.array(attributes, MESSAGE.field("attributes").type)]
    return pa.RecordBatch.from_arrays(columns, ["partition", "attributes"])


def _times(factor: int, part: pa.RecordBatch) -> pa.RecordBatch:
    value = METRICS.schema.get_field_index("value")
    return part.set_column(value, METRICS.schema.field("value"), pc.multiply(part.column("value"), float(factor)))


def _rows(rows: set[tuple[object, ...]]) -> pa.Table:
    named = [dict(zip(METRICS.schema.names, row, strict=True)) for row in sorted(rows, key=str)]
    return pa.Table.from_pylist(named, METRICS.schema)
