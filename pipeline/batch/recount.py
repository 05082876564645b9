"""What the windows count, as one SELECT each over the clean tables: to compare with, and to mend by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlglot

from backends.interface import TableSpec, Warehouse
from pipeline.batch.in_memory import in_memory
from pipeline.batch.places import Places, is_in, packed, rows_at
from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED
from pipeline.contract.tables import EVENTS, FACILITY_THROUGHPUT, KPI_5MIN

COUNTED = (KPI_5MIN, FACILITY_THROUGHPUT)
"""The tables that can be counted anew."""
_COLUMNS = (
    "event_type",
    "event_time",
    "tenant_id",
    "facility_id",
    "lateness",
    "payload",
    "log_partition",
    "log_offset",
)
_SCHEMA = pa.schema([EVENTS.schema.field(name) for name in _COLUMNS])
_REACH = timedelta(minutes=15)
"""No window that an event is counted in lies farther from it."""


class Change(NamedTuple):
    """What leaves a table, named by some of its columns, and the rows that come."""

    gone: pa.Table
    come: pa.Table


def recount(table: TableSpec) -> str:
    """The GoogleSQL SELECT that says what a table of windows must hold."""
    name = table.name.partition(".")[2]
    return files("pipeline.batch").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def recounted(stands: Warehouse, made: Warehouse, places: Places) -> dict[TableSpec, Change]:
    """The windows that count other events once those of some messages stand as ``made`` has them."""
    before, after = (_events(rows_at(warehouse, EVENTS, places, _COLUMNS)) for warehouse in (stands, made))
    both = pa.concat_tables([before, after])
    if not both.num_rows:
        return {}
    bounds = pc.min_max(both["event_time"]).as_py()
    around = {"after": bounds["min"] - _REACH, "before": bounds["max"] + _REACH}
    merged = pa.concat_tables([_events(_others(stands, places, around)), after])
    return {table: _change(table, stands, both, merged, around) for table in COUNTED}


def _events(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    counted = pa.array([STATUS_CHANGED, FACILITY_SCAN])
    chosen = (batch.filter(pc.is_in(batch.column("event_type"), counted)).cast(_SCHEMA) for batch in batches)
    return pa.Table.from_batches(chosen, _SCHEMA)


def _others(stands: Warehouse, places: Places, around: dict[str, object]) -> Iterator[pa.RecordBatch]:
    """The events around, without those of the messages that are processed anew."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM clean.events WHERE event_time >= @after AND event_time <= @before"
    for batch in stands.query(sql, around):
        yield batch.filter(pa.array(np.logical_not(is_in(packed(batch), places))))


def _change(table: TableSpec, stands: Warehouse, both: pa.Table, merged: pa.Table, around: dict[str, object]) -> Change:
    """Windows that have an event of ``both`` in them: as they stand, and as ``merged`` counts them."""
    columns = ", ".join(table.schema.names)
    there = stands.query(
        f"SELECT {columns} FROM {table.name} WHERE window_start >= @after AND window_start <= @before", around
    ).read_all()
    named = ", ".join(table.keys)
    with in_memory() as connection:
        connection.register("there", there)
        _count(connection, "windows", table, both)
        _count(connection, "should", table, merged)
        gone = f"SELECT {columns} FROM there SEMI JOIN windows USING ({named})"
        come = f"SELECT {columns} FROM should SEMI JOIN windows USING ({named})"
        return Change(
            connection.sql(f"SELECT {named} FROM (({gone}) EXCEPT ALL ({come})) ORDER BY ALL").to_arrow_table(),
            connection.sql(f"({come}) EXCEPT ALL ({gone}) ORDER BY ALL").to_arrow_table().cast(table.schema),
        )


def _count(connection: duckdb.DuckDBPyConnection, name: str, table: TableSpec, events: pa.Table) -> None:
    """A table of a name, with what a table of windows must hold if these are all events."""
    connection.register("some_events", events)
    connection.execute("CREATE SCHEMA IF NOT EXISTS clean")
    connection.execute("CREATE OR REPLACE TABLE clean.events AS FROM some_events")
    connection.execute(f"CREATE TABLE {name} AS {sqlglot.transpile(recount(table), 'bigquery', 'duckdb')[0]}")
