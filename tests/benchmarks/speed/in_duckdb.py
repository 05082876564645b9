"""The whole job as plain DuckDB SQL: the limit that the pipeline is measured against.

It takes the log as Arrow batches, on all cores. Raw goes out in one of two ways: as lines that SQL makes and ISA-L
compresses, as the pipeline does, in as much memory as the pipeline is allowed at ten million messages; or by ``COPY``,
whose gzip has no level to choose and is slow, and which holds on to what it writes by partition: it gets what it takes.

What the SQL leaves out: Avro; NaN and names repeated inside a payload; brackets that are nested too deep in other ways
than side by side; more than one flaw in a message (it may find another of them first); unknown fields below a payload's
first level; the wording of reasons; metrics; the atomic commit, so that a crash leaves half a table.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from string import Template

import duckdb

from speed.job import DIMENSIONS, EVENT_TYPE_NAMES, KEY_ID, SECRET, Job
from speed.raw_lines import write_lines

SQL = Path(__file__).parent / "sql"
FILES = ("macros", "payloads", "raw", "read", "dedupe", "tables")
MEMORY = "1500MB"
"""What DuckDB may take, as the pipeline is held to at ten million messages. Beyond it, DuckDB writes to the disk."""
_BLOCK = 64
"""Bytes that SHA-256 takes at once; HMAC (RFC 2104) fills its key up to them."""


def run(job: Job, copy_raw: bool) -> dict[str, float]:
    """Fill ``job.out``; gives the seconds that each file of SQL took."""
    connection = duckdb.connect(f"{job.out}/.work.duckdb")
    connection.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    if not copy_raw:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
    for name in DIMENSIONS:
        connection.execute(f"CREATE TABLE {name} AS FROM '{job.reference}/{name}.parquet'")
    _set_variables(connection, job)
    seconds = {}
    for name in FILES:
        begin = time.perf_counter()
        connection.register("log", job.messages())
        if name == "raw":
            _write_raw(connection, job, copy_raw)
        else:
            connection.execute(_sql(name, job))
        connection.unregister("log")
        seconds[name] = time.perf_counter() - begin
    connection.close()
    return seconds


def _sql(name: str, job: Job) -> str:
    return Template((SQL / f"{name}.sql").read_text(encoding="utf-8")).safe_substitute(OUT=job.out)


def _write_raw(connection: duckdb.DuckDBPyConnection, job: Job, copy_raw: bool) -> None:
    rows, folder = _sql("raw", job), Path(job.out, "raw.messages")
    if copy_raw:
        by = "PARTITION_BY (event_type, ingest_date)"
        connection.execute(f"COPY ({rows}) TO '{folder}' (FORMAT json, COMPRESSION gzip, {by})")
        return
    lines = connection.sql(f"{_LINES} FROM ({rows})").to_arrow_reader(_LINES_AT_ONCE)
    write_lines(lines, folder)


_LINES = """SELECT
    'event_type=' || event_type || '/ingest_date=' || ingest_date AS partition,
    to_json(struct_pack(
        log_partition := log_partition, log_offset := log_offset, ingest_time := ingest_time::VARCHAR, key := key,
        attributes := attributes, body := body, body_base64 := body_base64
    )) || chr(10) AS line"""
_LINES_AT_ONCE = 65_536


def _set_variables(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    key = SECRET.ljust(_BLOCK, b"\0")
    values = {
        "event_types": EVENT_TYPE_NAMES,
        "key_id": KEY_ID,
        "inner_pad": bytes(byte ^ 0x36 for byte in key),
        "outer_pad": bytes(byte ^ 0x5C for byte in key),
        "allowed_lateness_us": job.allowed_lateness_us,
        "future_tolerance_us": job.future_tolerance_us,
        "dedupe_ttl_us": job.dedupe_ttl_us,
    }
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


if __name__ == "__main__":
    print(json.dumps(run(Job.parsed(sys.argv[2]), copy_raw=sys.argv[1] == "copy")))
