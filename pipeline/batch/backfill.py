"""Messages of some days, processed once more by the present code, settings and keys; only rows that differ change.

The messages are run through the pipeline into tables of their own, beside those that stand. Then the two are compared:
rows of messages in scope, and of those whose fate hangs on one (``touched``). What differs is replaced in one commit,
with the windows, the metrics and the dimensions that change by it. If nothing differs there is no commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.interface import Account, BackendError, Commit, EventLog, TableSpec, Warehouse
from backends.stage_failed import without_values
from pipeline.batch.account import Asked
from pipeline.batch.changes import BY_MESSAGE, changed_places
from pipeline.batch.held import held
from pipeline.batch.last_commit import last_commit
from pipeline.batch.more_messages import Logs, News, archive_new, known_places
from pipeline.batch.places import Places, found_places, rows_at, unpacked
from pipeline.batch.recount import Change, recounted
from pipeline.batch.recounted_metrics import recounted_metrics
from pipeline.batch.scope import Reading, Scope, reading
from pipeline.batch.touched import touched
from pipeline.build import STAGES, Settings, Stages, run
from pipeline.contract.tables import DIMENSIONS, EVENTS, KPI_5MIN, KPI_5MIN_PANES, METRICS, RAW_MESSAGES, RUNS
from pipeline.plain_errors import plain_errors

OpenArchive = Callable[[Reading], EventLog]
"""Gives the archived messages of the warehouse that are to be read."""


@dataclass(frozen=True)
class Changes:
    """What a commit replaces: rows by the messages they came of, and others by their keys."""

    by_message: Mapping[TableSpec, Places]
    others: Mapping[TableSpec, Change]

    def __bool__(self) -> bool:
        """Whether anything changes."""
        places = any(len(places) for places in self.by_message.values())
        return places or any(change.gone.num_rows or change.come.num_rows for change in self.others.values())


def backfill(
    warehouse: Warehouse,
    beside: Warehouse,
    archive: OpenArchive,
    reference: Mapping[str, pa.Table],
    settings: Settings,
    scope: Scope,
    asked: Asked,
    stages: Stages = STAGES,
    more: EventLog | None = None,
) -> bool:
    """Process the scope anew, with ``beside`` for the tables made on the way; gives whether anything changed.

    Messages of ``more`` that are in scope and not in the warehouse join it. Raises BackendError if it holds no
    run, and AnotherLog if ``more`` has another message on these days in a place that is known.
    """
    after = last_commit(warehouse)
    if not after:
        raise BackendError("there is no run in the warehouse that could be processed once more; `run` makes one")
    known = known_places(warehouse)
    log = archive(reading(warehouse, scope, settings.dedupe_ttl_us))
    if more:
        log = Logs([log, News(more, scope, known, held(warehouse, scope.days))])
    run(log, beside, reference, settings, replace(stages, archive=lambda _: archive_new(known)))
    in_scope = np.union1d(scope.places(warehouse), scope.places(beside))
    changes = _changes(warehouse, beside, reference, touched(in_scope, (warehouse, beside)))
    if changes:
        _commit(warehouse, beside, changes, after, replace(asked, messages=len(in_scope)))
    return bool(changes)


def _changes(stands: Warehouse, made: Warehouse, reference: Mapping[str, pa.Table], places: Places) -> Changes:
    changed = {table: changed_places(table, stands, made, places) for table in BY_MESSAGE}
    changed[RAW_MESSAGES] = found_places(made, "SELECT log_partition, log_offset FROM raw.messages")
    others = dict(recounted(stands, made, changed[EVENTS]))
    others[METRICS] = recounted_metrics(stands, made, changed)
    if KPI_5MIN in others:  # a window that is counted anew did not come to be by its panes
        others[KPI_5MIN_PANES] = Change(others[KPI_5MIN].gone, KPI_5MIN_PANES.schema.empty_table())
    others |= {spec: _dimension(stands, spec, reference[spec.name.partition(".")[2]]) for spec in DIMENSIONS}
    return Changes(changed, others)


def _dimension(stands: Warehouse, spec: TableSpec, given: pa.Table) -> Change:
    """All of a dimension, where it is not the one that stands."""
    there = stands.query(f"SELECT {', '.join(spec.schema.names)} FROM {spec.name}").read_all()
    given = given.select(spec.schema.names).cast(spec.schema)
    if sorted(map(str, there.to_pylist())) == sorted(map(str, given.to_pylist())):
        return Change(there.slice(0, 0), given.slice(0, 0))
    return Change(there, given)


def _commit(warehouse: Warehouse, beside: Warehouse, changes: Changes, after: str, asked: Asked) -> None:
    gone = {spec.name: unpacked(places) for spec, places in changes.by_message.items() if len(places)}
    gone |= {spec.name: change.gone for spec, change in changes.others.items() if change.gone.num_rows}
    commit = Commit(gone, after, Account(RUNS.name, asked.row))
    with plain_errors(), beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        _come(pipeline, beside, changes, after) | "Warehouse" >> warehouse.sink(commit)


def _come(pipeline: beam.Pipeline, beside: Warehouse, changes: Changes, after: str) -> dict[str, Any]:
    """The rows that come, by table. Each batch says after which commit: no file gets the name of an older one."""
    tables: dict[str, Any] = {}
    for spec, places in changes.by_message.items():
        rows = pipeline | f"Of {spec.name}" >> beam.Create([after])
        tables[spec.name] = rows | f"Read {spec.name}" >> beam.ParDo(_RowsAt(beside, spec, places)).with_output_types(
            pa.RecordBatch
        )
    for spec, change in changes.others.items():
        batches = [_said(after, batch) for batch in change.come.combine_chunks().to_batches()]
        tables[spec.name] = pipeline | f"Of {spec.name}" >> beam.Create(batches)
    return tables


class _RowsAt(beam.DoFn):
    def __init__(self, warehouse: Warehouse, spec: TableSpec, places: Places) -> None:
        self._warehouse = warehouse
        self._spec = spec
        self._places = places

    def process(self, after: str) -> Iterator[pa.RecordBatch]:
        with without_values("backfill"):
            for number, batch in enumerate(rows_at(self._warehouse, self._spec, self._places)):
                yield _said(f"{after}#{number}", batch.cast(self._spec.schema))


def _said(after: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.replace_schema_metadata({"after": after})
