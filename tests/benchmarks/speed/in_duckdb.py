"""The whole job as plain DuckDB SQL: the limit that the pipeline is measured against.

It takes the log as Arrow batches, on all cores. What the SQL leaves out: Avro; names repeated inside a payload;
brackets that are nested too deep in other ways than side by side; more than one flaw in a message (it may find another
of them first); the wording of reasons; metrics; the atomic commit, so that a crash leaves half a table.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

import duckdb
import pyarrow as pa

SQL = Path(__file__).parent / "sql"
FILES = ("macros", "payloads", "raw", "read", "dedupe", "tables")
from speed.job import DIMENSIONS, EVENT_TYPE_NAMES, KEY_ID, SECRET, Job

MEMORY = "1500MB"
"""What DuckDB may take, as the pipeline is held to at ten million messages. Beyond it, DuckDB writes to the disk."""
_BLOCK = 64
"""Bytes that SHA-256 takes at once; HMAC (RFC 2104) fills its key up to them."""


def run(job: Job) -> None:
    """Fill ``job.out``."""
    out = Path(job.out)
    connection = duckdb.connect(str(out / ".work.duckdb"))
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    for name in DIMENSIONS:
        connection.execute(f"CREATE TABLE {name} AS FROM '{job.reference}/{name}.parquet'")
    _set_variables(connection, job)
    for name in FILES:
        connection.register("log", job.messages())
        statements = Template((SQL / f"{name}.sql").read_text(encoding="utf-8")).safe_substitute(OUT=job.out)
        connection.execute(statements)
        connection.unregister("log")
    connection.close()


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
    run(Job.parsed(sys.argv[1]))
