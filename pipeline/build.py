"""The pipeline: every stage wired to the next, from an event log to one commit in a warehouse.

::

    log -> archive -> raw.messages
       \\-> decode -> tokenise -> dedupe -> windows -> clean.events, clean.too_late
              |                    |  |       |-> enrich -> clean.shipment_status_events
              |                    |  |       |-> kpis -> curated.kpi_5min
              |                    |  |       \\-> throughput -> curated.facility_throughput
              |                    |  \\-> ops.duplicates
              \\--------------------\\-> clean.rejected
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import apache_beam as beam
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.interface import EventLog, TableSpec, Warehouse
from backends.stage_work import stage_seconds
from pipeline.contract.tables import DIMENSIONS, EVENTS
from pipeline.counters import of_batch, of_stream
from pipeline.key_ring import KeyRing
from pipeline.known_signatures import known_signatures
from pipeline.own_folder import own_folder
from pipeline.plain_errors import plain_errors
from pipeline.run_log import tell_start, tell_totals
from pipeline.stages.archive import Archive
from pipeline.stages.count import Count
from pipeline.stages.decode import Decode
from pipeline.stages.dedupe import Dedupe
from pipeline.stages.each_batch import EachBatch, one_batch
from pipeline.stages.enrich import Enrich
from pipeline.stages.kpi import Kpis
from pipeline.stages.kpi_panes import KpiPanes
from pipeline.stages.measures import MEASURES
from pipeline.stages.streaming_dedupe import StreamingDedupe
from pipeline.stages.throughput import Throughput
from pipeline.stages.tokenise import Tokenise
from pipeline.stages.windows import Windows


@dataclass(frozen=True)
class Settings:
    """What a run of the pipeline depends on beside its input."""

    keys: KeyRing
    allowed_lateness_us: int
    """How long after its window's end an event still counts, unless ``lateness_us_by_type`` has its type."""
    future_tolerance_us: int
    dedupe_ttl_us: int
    """How long after its first arrival an event is remembered: what comes again later is not known for a copy."""
    staging: Path
    """Where batches wait. ``run`` makes a folder of its own in it, and removes that at the end."""
    shards: int = 4
    mode: Literal["batch", "streaming"] = "batch"
    """All of the log at once, or as it arrived. Both end in the same tables; only a stream has panes."""
    lateness_us_by_type: Mapping[str, int] = field(default_factory=dict)

    @property
    def longest_lateness_us(self) -> int:
        """The most lateness that is allowed of any event type."""
        return max([self.allowed_lateness_us, *self.lateness_us_by_type.values()])

    def told(self) -> dict[str, object]:
        """The settings without keys and folders, as they may be told to anybody."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int | str | Mapping)}


_DEDUPE_SHARDS = 32
"""The claims of one shard are in memory at a time: 30 MB of them for ten million messages."""


@dataclass(frozen=True)
class Stages:
    """How each stage is made. Any may be replaced by a transform with the same input and the same named outputs."""

    archive: Callable[[Settings], beam.PTransform] = lambda _: Archive()
    """``MESSAGE`` batches to ``raw``."""
    decode: Callable[[Settings], beam.PTransform] = lambda s: Decode(s.future_tolerance_us, s.keys.hash_key)
    """``MESSAGE`` batches to ``valid`` (``VALID``) and ``rejected``."""
    tokenise: Callable[[Settings], beam.PTransform] = lambda s: Tokenise(s.keys)
    """``VALID`` batches to ``valid``."""
    dedupe: Callable[[Settings], beam.PTransform] = lambda s: (
        StreamingDedupe(s.dedupe_ttl_us)
        if s.mode == "streaming"
        else Dedupe(str(s.staging), _DEDUPE_SHARDS, s.dedupe_ttl_us)
    )
    """``VALID`` batches to ``first`` (``VALID``), ``duplicate`` and ``rejected``.

    Of a stream also to ``now``, which has the firsts epoch by epoch."""
    windows: Callable[[Settings], beam.PTransform] = lambda s: Windows(s.allowed_lateness_us, s.lateness_us_by_type)
    """``VALID`` batches to ``events`` (``PLACED``) and ``too_late``."""
    enrich: Callable[[Settings, Mapping[str, pa.Table]], beam.PTransform] = lambda _, reference: Enrich(
        reference["dim_facility"], reference["dim_carrier"]
    )
    """``PLACED`` batches to ``status_events``."""
    kpis: Callable[[Settings], beam.PTransform] = lambda s: (
        KpiPanes(s.longest_lateness_us) if s.mode == "streaming" else Kpis(s.shards)
    )
    """``PLACED`` batches to ``kpis``, and as a stream to ``panes`` too."""
    throughput: Callable[[Settings], beam.PTransform] = lambda s: Throughput(s.shards)
    """``PLACED`` batches to ``throughput``."""


STAGES = Stages()


def build(
    pipeline: beam.Pipeline,
    log: EventLog,
    warehouse: Warehouse,
    reference: Mapping[str, pa.Table],
    settings: Settings,
    stages: Stages = STAGES,
) -> None:
    """Add the whole pipeline to a Beam pipeline. ``reference`` holds the dimensions, as in ``dim_facility``."""
    is_stream = settings.mode == "streaming"
    messages = pipeline | "Log" >> (log.source(streaming=True) if is_stream else log.source())
    raw = messages | "Archive" >> stages.archive(settings)
    decoded = messages | "Decode" >> stages.decode(settings)
    tokenised = decoded["valid"] | "Tokenise" >> stages.tokenise(settings)
    deduped = tokenised["valid"] | "Dedupe" >> stages.dedupe(settings)
    placed = deduped["first"] | "Windows" >> stages.windows(settings)
    at_once = deduped["now"] | "Windows now" >> stages.windows(settings) if is_stream else placed
    kpis = at_once["events"] | "KPIs" >> stages.kpis(settings)
    enriched = placed["events"] | "Enrich" >> stages.enrich(settings, reference)
    throughput = placed["events"] | "Throughput" >> stages.throughput(settings)
    counted = {"log": {"messages": messages}, "decode": decoded, "dedupe": deduped, "windows": placed}
    metrics = {f"{one.stage} {one.output}": counted[one.stage][one.output] for one in MEASURES} | "Metrics" >> Count()
    tables = {
        "raw.messages": raw["raw"],
        "clean.events": (placed["events"] | "Clean" >> EachBatch("clean", _clean_events, ("events",)))["events"],
        "clean.shipment_status_events": enriched["status_events"],
        "clean.rejected": (decoded["rejected"], deduped["rejected"]) | "Rejected" >> beam.Flatten(),
        "clean.too_late": placed["too_late"],
        "curated.kpi_5min": kpis["kpis"],
        **({"curated.kpi_5min_panes": kpis["panes"]} if is_stream else {}),
        "curated.facility_throughput": throughput["throughput"],
        "ops.duplicates": deduped["duplicate"],
        "ops.metrics": metrics,
        **{spec.name: pipeline | spec.name >> beam.Create([_dimension(reference, spec)]) for spec in DIMENSIONS},
    }
    tables | "Warehouse" >> warehouse.sink()


def run(
    log: EventLog,
    warehouse: Warehouse,
    reference: Mapping[str, pa.Table],
    settings: Settings,
    stages: Stages = STAGES,
) -> dict[str, int]:
    """Run the pipeline over the log as it is, in this process. Gives what it counted, as in ``decode/valid``."""
    tell_start(settings.told(), settings.keys.ids)
    before = stage_seconds()
    pipeline = _pipeline(settings)
    with own_folder(settings.staging) as staging, plain_errors(), known_signatures():
        build(pipeline, log, warehouse, reference, replace(settings, staging=staging), stages)
        result = pipeline.run()
        result.wait_until_finish()
    counters = of_stream(result, warehouse, before) if settings.mode == "streaming" else of_batch(result)
    tell_totals(counters)
    return counters


def _pipeline(settings: Settings) -> beam.Pipeline:
    """On a runner of this process. Of those in Python only the bundle-based one has a watermark that moves."""
    if settings.mode == "streaming":
        return beam.Pipeline(runner=BundleBasedDirectRunner(), options=PipelineOptions(["--streaming"]))
    return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))


def _clean_events(placed: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
    return {"events": placed.select(EVENTS.schema.names)}


def _dimension(reference: Mapping[str, pa.Table], spec: TableSpec) -> pa.RecordBatch:
    table = reference[spec.name.partition(".")[2]]
    return one_batch(table.select(spec.schema.names).cast(spec.schema))
