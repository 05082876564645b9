"""Stages that are broken in one place each, made of the sound ones and wired in their stead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from pipeline.build import STAGES, Settings, Stages
from pipeline.stages.each_batch import EachBatch
from pipeline.stages.tokenise import tokenise
from pipeline.stages.windows import place

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_FOREVER_US = 1_000 * 366 * 86_400 * 1_000_000
_MINUTE_US = 60 * 1_000_000
Spoil = Callable[[pa.RecordBatch], pa.RecordBatch]


class _Then(beam.PTransform):  # type: ignore[misc]  # Beam's types are not followed
    """A stage of which one output goes through one more function."""

    def __init__(self, stage: beam.PTransform[Any, Any], outputs: tuple[str, ...], spoil: Spoil) -> None:
        super().__init__()
        self._stage = stage
        self._outputs = outputs
        self._spoil = spoil

    def expand(self, batches: Any) -> dict[str, Any]:
        """The outputs, by name; the first of them is the spoilt one."""
        sound = batches | "Sound" >> self._stage
        name, *others = self._outputs
        spoil = self._spoil
        spoilt = sound[name] | "Spoil" >> EachBatch("spoil", lambda rows: {name: spoil(rows)}, (name,))
        return {name: spoilt[name], **{other: sound[other] for other in others}}


def keeps_every_copy() -> Stages:
    """No dedupe."""
    keep_all = EachBatch("dedupe", lambda events: {"first": events}, ("first", "duplicate", "rejected"))
    return replace(STAGES, dedupe=lambda _: keep_all)


def remembers_for(ttl_us: int = _FOREVER_US) -> Stages:
    """A dedupe that remembers for as long as it likes."""
    return replace(STAGES, dedupe=lambda settings: STAGES.dedupe(replace(settings, dedupe_ttl_us=ttl_us)))


def drops_one_in_a_thousand() -> Stages:
    """A decoder that loses valid messages."""

    def fewer(events: pa.RecordBatch) -> pa.RecordBatch:
        return events.filter(pa.array(events["log_offset"].to_numpy() % np.int64(1000) != 499))

    return replace(STAGES, decode=lambda settings: _Then(STAGES.decode(settings), ("valid", "rejected"), fewer))


def writes_plain_pii() -> Stages:
    """No tokens."""
    as_it_is = EachBatch("tokenise", lambda events: {"valid": events}, ("valid",))
    return replace(STAGES, tokenise=lambda _: as_it_is)


def tokens_without_tenant() -> Stages:
    """Tokens that are the same for the same person with every tenant."""

    def tokenised(settings: Settings) -> EachBatch:
        ring = settings.keys

        def split(events: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
            nobody_s = _with(events, "tenant_id", pa.nulls(len(events), pa.string()))
            return {"valid": _with(tokenise(nobody_s, ring), "tenant_id", events["tenant_id"])}

        return EachBatch("tokenise", split, ("valid",))

    return replace(STAGES, tokenise=tokenised)


def on_time_for_longer(by_us: int) -> Stages:
    """Windows that take for on time, and for late, what came a little later than that."""

    def windows(settings: Settings) -> EachBatch:
        return EachBatch("windows", lambda events: _placed(events, settings, by_us), ("events", "too_late"))

    return replace(STAGES, windows=windows)


def _placed(events: pa.RecordBatch, settings: Settings, by_us: int) -> dict[str, pa.RecordBatch]:
    sooner = _moved(events, ("ingest_time",), -by_us)
    outputs = place(sooner, settings.allowed_lateness_us, settings.lateness_us_by_type)
    return {name: _moved(rows, ("ingest_time",), by_us) for name, rows in outputs.items()}


def allows_no_lateness() -> Stages:
    """Windows that take for too late whatever is late."""
    return replace(STAGES, windows=lambda s: STAGES.windows(replace(s, allowed_lateness_us=0, lateness_us_by_type={})))


def throughput_of_another_minute() -> Stages:
    """Sliding windows that begin a minute after they should."""

    def later(rows: pa.RecordBatch) -> pa.RecordBatch:
        return _moved(rows, ("window_start", "window_end"), _MINUTE_US)

    return replace(STAGES, throughput=lambda settings: _Then(STAGES.throughput(settings), ("throughput",), later))


def publishes_nothing_late() -> Stages:
    """KPIs of which no pane comes after the one on time."""

    def no_late_panes(panes: pa.RecordBatch) -> pa.RecordBatch:
        return panes.filter(pc.not_equal(panes["timing"], "late"))

    return replace(STAGES, kpis=lambda settings: _Then(STAGES.kpis(settings), ("panes", "kpis"), no_late_panes))


def names_of_today() -> Stages:
    """A join with facilities and carriers as they are called now."""

    def enrich(settings: Settings, reference: Mapping[str, pa.Table]) -> beam.PTransform[Any, Any]:
        return STAGES.enrich(settings, {name: _as_of_now(table) for name, table in reference.items()})

    return replace(STAGES, enrich=enrich)


def _as_of_now(dimension: pa.Table) -> pa.Table:
    if "valid_to" not in dimension.column_names:
        return dimension
    now = dimension.filter(pc.is_null(dimension["valid_to"]))
    always = pa.array([_LONG_AGO] * len(now), dimension.schema.field("valid_from").type)
    return now.set_column(now.column_names.index("valid_from"), "valid_from", always)


def _with(rows: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), column)


def _moved(rows: pa.RecordBatch, names: tuple[str, ...], by_us: int) -> pa.RecordBatch:
    for name in names:
        times = pc.add(rows[name].cast(pa.int64()), by_us)
        rows = _with(rows, name, times.cast(TIMESTAMP))
    return rows
