"""The same job as people write it for Beam: one dict per element, keyed grouping, windows and the writers it ships.

It runs on the same runner as the pipeline, in one process. What it leaves out: Avro; the wording of reasons; metrics;
one commit for all tables. Raw lines are compressed at gzip's level 1, since the default would take longer still.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from apache_beam.io import fileio
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pvalue import TaggedOutput
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.contract.tables import TABLES
from speed import event_rows
from speed.copies import identity, judged, status_key
from speed.in_beam_windows import kpis, throughput
from speed.job import Job
from speed.one_message import Refused, Row, read


def run(job: Job) -> None:
    """Fill ``job.out``."""
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    segments = [str(path) for path in job.segments()]
    messages = pipeline | "Segments" >> beam.Create(segments) | "Messages" >> beam.FlatMap(_messages)
    messages | "Raw" >> beam.Map(event_rows.raw) | "Write raw" >> _write_raw(Path(job.out, "raw.messages"))
    decoded = messages | beam.ParDo(_Read(job.future_tolerance_us)).with_outputs("rejected", main="valid")
    by_id = decoded.valid | _first_of("id", identity, "event_id", job.dedupe_ttl_us)
    statuses = by_id.first | "Changes" >> beam.Filter(_is_status)
    by_status = statuses | _first_of("status", status_key, "status", job.dedupe_ttl_us)
    others = by_id.first | "No changes" >> beam.Filter(lambda event: not _is_status(event))
    events = (
        (by_status.first, others) | "Firsts" >> beam.Flatten() | beam.Map(event_rows.placed, job.allowed_lateness_us)
    )
    facilities, carriers = _versions(job, "dim_facility", "facility_id"), _versions(job, "dim_carrier", "carrier_code")
    dimensions = [
        beam.pvalue.AsDict(pipeline | name >> beam.Create(list(rows.items())))
        for name, rows in (("facilities", facilities), ("carriers", carriers))
    ]
    in_time = events | "In time" >> beam.Filter(lambda event: event["lateness"] != "too_late")
    tables = {
        "clean.events": events | "Clean" >> beam.Map(event_rows.clean),
        "clean.shipment_status_events": events
        | "Status changes" >> beam.Filter(_is_status)
        | "Enrich" >> beam.Map(event_rows.status, *dimensions),
        "clean.too_late": events | "Too late" >> beam.Filter(lambda event: event["lateness"] == "too_late"),
        "clean.rejected": (decoded.rejected, by_id.rejected) | "Rejected" >> beam.Flatten(),
        "ops.duplicates": (by_id.duplicate, by_status.duplicate) | "Duplicates" >> beam.Flatten(),
        "curated.kpi_5min": in_time | kpis(),
        "curated.facility_throughput": in_time | throughput(),
    }
    for name, rows in tables.items():
        rows | f"Write {name}" >> _write(job, name)
    pipeline.run().wait_until_finish()


def _messages(segment: str) -> Iterator[Row]:
    with pa.OSFile(segment, "rb") as file:
        for batch in pa.ipc.open_stream(file):
            us = pc.cast(batch.column("ingest_time"), pa.int64())
            for row, ingest_time in zip(batch.drop_columns(["ingest_time"]).to_pylist(), us.to_pylist(), strict=True):
                place = {"log_partition": row.pop("partition"), "log_offset": row.pop("offset")}
                yield row | place | {"attributes": dict(row["attributes"]), "ingest_time": ingest_time}


class _Read(beam.DoFn):
    def __init__(self, future_tolerance_us: int) -> None:
        self._future_tolerance_us = future_tolerance_us

    def process(self, message: Row) -> Iterator[Any]:
        try:
            event = read(message, self._future_tolerance_us)
        except Refused as refused:
            yield TaggedOutput("rejected", event_rows.rejected(message, "decode", str(refused)))
        else:
            yield event | {"attributes": message["attributes"], "body_bytes": len(message["value"])}


def _is_status(event: Row) -> bool:
    return bool(event["event_type"] == event_rows.STATUS_CHANGED)


@beam.ptransform_fn
def _first_of(events: Any, name: str, key: Any, matched_on: str, ttl_us: int) -> Any:
    keyed = events | f"With {name}" >> beam.Map(lambda event: (key(event), event))
    judge = beam.ParDo(_Judge(matched_on, ttl_us)).with_outputs("duplicate", "rejected", main="first")
    return keyed | f"By {name}" >> beam.GroupByKey() | f"First of {name}" >> judge


class _Judge(beam.DoFn):
    def __init__(self, matched_on: str, ttl_us: int) -> None:
        self._matched_on = matched_on
        self._ttl_us = ttl_us

    def process(self, keyed: tuple[Any, Iterable[Row]]) -> Iterator[Any]:
        for what, event, first in judged(keyed[1], self._matched_on, self._ttl_us):
            if first is None:
                yield event
            elif what == "conflicting_duplicate":
                yield TaggedOutput("rejected", event_rows.rejected(event, "dedupe", what))
            else:
                yield TaggedOutput("duplicate", event_rows.duplicate(event, what, first))


def _versions(job: Job, dimension: str, key: str) -> dict[str, list[Row]]:
    table = pq.read_table(Path(job.reference, f"{dimension}.parquet"))
    for name in ("valid_from", "valid_to"):
        table = table.set_column(table.schema.get_field_index(name), name, pc.cast(table[name], pa.int64()))
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in table.to_pylist():
        versions[row[key]].append(row)
    return versions


def _write(job: Job, table: str) -> beam.PTransform:
    schema = TABLES[table].schema
    prefix = f"{job.out}/{table}/part"
    Path(prefix).parent.mkdir()
    return _Write(prefix, schema)


class _Write(beam.PTransform):
    def __init__(self, prefix: str, schema: pa.Schema) -> None:
        super().__init__()
        self._prefix = prefix
        self._schema = schema

    def expand(self, rows: Any) -> Any:
        names = self._schema.names
        return (
            rows
            | beam.Map(lambda row: {name: row[name] for name in names})
            | beam.io.WriteToParquet(self._prefix, self._schema, codec="zstd", file_name_suffix=".parquet")
        )


def _write_raw(folder: Path) -> beam.PTransform:
    def where(row: Row) -> str:
        return f"event_type={row['event_type']}/ingest_date={row['ingest_date']}"

    def named(window: Any, pane: Any, shard: int, shards: int, compression: str, destination: str) -> str:
        Path(folder, destination).mkdir(parents=True, exist_ok=True)
        return f"{destination}/part-{shard:05}.jsonl.gz"

    return fileio.WriteToFiles(str(folder), destination=where, sink=lambda _: _Lines(), file_naming=named)


class _Lines(fileio.FileSink):
    def open(self, fh: Any) -> None:
        self._file = gzip.GzipFile(fileobj=fh, mode="wb", compresslevel=1)

    def write(self, record: Row) -> None:
        line = {name: value for name, value in record.items() if name not in ("event_type", "ingest_date")}
        line["attributes"] = json.dumps(line["attributes"])
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def flush(self) -> None:
        self._file.close()


if __name__ == "__main__":
    run(Job.parsed(sys.argv[1]))
