"""The same job in Polars: one more engine that a user may pick.

Each segment of the log is read and judged into a Parquet file of its own; then lazy queries, on the streaming engine,
find the copies and write the tables. What it leaves out: Avro; the wording of reasons; metrics; one commit for all
tables. Polars has no HMAC, no test for UTF-8 and no gzip for
JSON lines: Python does the first two, value by value, and ISA-L the third.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from speed.event_rows import text_of
from speed.job import EVENT_TYPE_NAMES, Job
from speed.one_message import Row
from speed.polars_read import EVENT, read_messages
from speed.polars_tables import write_tables
from speed.raw_lines import write_lines

_REJECTED = {name: EVENT[name] for name in list(EVENT)[:6]} | {"stage": pl.String, "code": pl.String}


def run(job: Job) -> None:
    """Fill ``job.out``."""
    read_folder = Path(job.out, ".read")
    read_folder.mkdir()
    rejected: list[Row] = []
    write_lines(_lines(job, read_folder, rejected), Path(job.out, "raw.messages"))
    write_tables(job, pl.scan_parquet(read_folder / "*.parquet"), pl.DataFrame(rejected, _REJECTED))


def _lines(job: Job, read_folder: Path, rejected: list[Row]) -> Iterator[pa.RecordBatch]:
    """The lines of ``raw``; on the way, the messages are read."""
    for number, segment in enumerate(job.segments()):
        messages = _messages(segment)
        events, refused = read_messages(messages, job.future_tolerance_us)
        events.write_parquet(read_folder / f"{number:06}.parquet", compression="lz4")
        rejected += refused
        yield from _raw(messages).to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()


def _messages(segment: Path) -> pl.DataFrame:
    with pa.OSFile(str(segment), "rb") as file:
        table = pa.ipc.open_stream(file).read_all()
    attributes = table["attributes"].combine_chunks()
    claimed = {name: pc.map_lookup(attributes, name, "first") for name in ("event_type", "tenant_id")}
    columns = {
        "log_partition": table["partition"],
        "log_offset": table["offset"],
        "ingest_time": table["ingest_time"],
        "body_bytes": pc.cast(pc.binary_length(table["value"]), pa.int64()),
        "claimed_type": claimed["event_type"].fill_null("unknown"),
        "claimed_tenant": claimed["tenant_id"],
        "key": table["key"],
        "value": table["value"],
        "body": pa.array(map(text_of, table["value"].to_pylist()), pa.string()),
        "attributes": pa.ListArray.from_arrays(
            attributes.offsets, pa.StructArray.from_arrays([attributes.keys, attributes.items], ["key", "value"])
        ),
    }
    frame = pl.from_arrow(pa.table(columns))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _raw(messages: pl.DataFrame) -> pl.DataFrame:
    """The lines of ``raw.messages`` and the partition of each."""
    pair = pl.format('"{}":"{}"', pl.element().struct.field("key"), pl.element().struct.field("value"))
    claimed = pl.when(pl.col("claimed_type").is_in(EVENT_TYPE_NAMES)).then("claimed_type").otherwise(pl.lit("unknown"))
    date = pl.col("ingest_time").dt.date()
    line = pl.struct(
        "log_partition",
        "log_offset",
        "key",
        "body",
        ingest_time=pl.col("ingest_time").dt.to_string("%Y-%m-%d %H:%M:%S%.6f+00:00"),
        attributes=pl.concat_str(pl.lit("{"), pl.col("attributes").list.eval(pair).list.join(","), pl.lit("}")),
        body_base64=pl.when(pl.col("body").is_null()).then(pl.col("value").bin.encode("base64")),
    )
    return messages.select(
        partition=pl.format("event_type={}/ingest_date={}", claimed, date),
        line=pl.concat_str(line.struct.json_encode(), pl.lit("\n")),
    )


if __name__ == "__main__":
    run(Job.parsed(sys.argv[1]))
