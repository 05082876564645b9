"""Whether engines made the same rows: without it, a figure of speed says nothing.

Rows are compared as sets: first how many, and sums of hashes, column by column and over whole rows, which no order
changes. Where one differs, the rows that only one engine has are told. JSON is compared by what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline.contract.tables import TABLES

COMPARED = (
    "raw.messages",
    "clean.events",
    "clean.shipment_status_events",
    "clean.rejected",
    "clean.too_late",
    "ops.duplicates",
    "curated.kpi_5min",
    "curated.facility_throughput",
)
_LEFT_OUT = {"clean.rejected": {"reason"}}
"""Columns whose wording is each engine's own."""
_JSON = {"payload", "attributes"}
_ROWS_SHOWN = 3


def differences(folders: dict[str, Path]) -> list[str]:
    """What each other engine's tables have differently from the first's, in sentences; none if they agree.

    The first is a warehouse, the others are folders with a folder for each table.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    reference, *others = folders
    connection.execute(f"ATTACH '{folders[reference]}/warehouse.duckdb' AS warehouse (READ_ONLY)")
    found: list[str] = []
    for table in COMPARED:
        ours = f"SELECT {_columns(table)} FROM warehouse.{table}"
        sums = _sums(connection, ours)
        for other in others:
            made = any(Path(folders[other], table).rglob("*.*"))
            theirs = f"SELECT {_columns(table)} FROM {_files(folders[other], table)}" if made else f"{ours} WHERE false"
            if _sums(connection, theirs) != sums:
                found += _told(connection, table, (reference, ours), (other, theirs))
    return found


def _columns(table: str) -> str:
    names = [name for name in TABLES[table].schema.names if name not in _LEFT_OUT.get(table, ())]
    return ", ".join(f"json_normalize({name}) AS {name}" if name in _JSON else name for name in names)


def _files(folder: Path, table: str) -> str:
    spec = TABLES[table]
    if spec.file_format == "parquet":
        return f"read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = false)"
    inside = {field.name: "VARCHAR" for field in spec.schema if field.name not in spec.partition_by}
    inside |= {"log_partition": "INTEGER", "log_offset": "BIGINT", "ingest_time": "TIMESTAMPTZ"}
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in inside.items())
    return (
        f"read_json('{folder}/{table}/**/*.gz', columns = {{{columns}}}, format = 'newline_delimited', "
        "compression = 'gzip', maximum_object_size = 16777216, hive_partitioning = true, "
        "hive_types = {event_type: VARCHAR, ingest_date: DATE})"
    )


def _told(
    connection: duckdb.DuckDBPyConnection, table: str, one: tuple[str, str], other: tuple[str, str]
) -> Iterator[str]:
    """How the rows of two engines, each a name and a query, are unlike."""
    sums = [_sums(connection, rows) for _, rows in (one, other)]
    unlike = [name for name in sums[0] if sums[0][name] != sums[1][name]]
    yield f"{table}: {one[0]} has {sums[0]['rows']:,} rows, {other[0]} {sums[1]['rows']:,}; unlike: {', '.join(unlike)}"
    for has, lacks in ((one, other), (other, one)):
        only = f"FROM ({has[1]}) EXCEPT ALL FROM ({lacks[1]})"
        for row in connection.execute(f"FROM ({only}) ORDER BY ALL LIMIT {_ROWS_SHOWN}").fetchall():
            yield f"{table}: only {has[0]} has {row}"


def _sums(connection: duckdb.DuckDBPyConnection, rows: str) -> dict[str, int]:
    """How many rows, and the sum of the hashes of each column and of whole rows, modulo 2**128."""
    names = [name for name, *_ in connection.execute(f"DESCRIBE {rows}").fetchall()]
    sums = [f'sum(hash("{name}"))' for name in names]
    whole = f"sum(hash({', '.join(names)}))"
    values = connection.execute(f"SELECT count(*), {whole}, {', '.join(sums)} FROM ({rows})").fetchone()
    assert values
    return dict(zip(("rows", "whole rows", *names), values, strict=True))
