"""Tables inside the database: what no sink writes, such as marts, and what the commands tell of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from backends.interface import BackendError, TableSpec
from backends.local.views import no_rows


def make_native(connection: duckdb.DuckDBPyConnection, specs: Sequence[TableSpec], name: str) -> None:
    """Make a table of the view that every table is at first. Raises BackendError if a sink has written to it."""
    refuse_files(connection, name)
    schema, _, table = name.partition(".")
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?", [schema, table]
    ).fetchone()
    spec = next((spec for spec in specs if spec.name == name), None)
    if there or spec is None:  # DuckDB says what it does not know
        return
    connection.execute(f'DROP VIEW IF EXISTS "{schema}"."{table}"')
    connection.execute(f'CREATE TABLE "{schema}"."{table}" AS {no_rows(spec)}')


def replace_view(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Let a CREATE TABLE take the name of a view. Raises BackendError if a sink has written to the table."""
    refuse_files(connection, name)
    schema, _, table = name.partition(".")
    if connection.execute(
        "SELECT 1 FROM duckdb_views() WHERE schema_name = ? AND view_name = ?", [schema, table]
    ).fetchone():
        connection.execute(f'DROP VIEW "{schema}"."{table}"')


def refuse_files(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Raises BackendError if a sink has written to a table."""
    if connection.execute("SELECT 1 FROM ops.files WHERE table_name = ?", [name]).fetchone():
        raise BackendError(f"{name}: holds committed files and can't be changed by a statement")


def enter_once(connection: duckdb.DuckDBPyConnection, spec: TableSpec, row: Mapping[str, object]) -> None:
    """Add a row, unless there is one with its key."""
    make_native(connection, [spec], spec.name)
    schema, _, table = spec.name.partition(".")
    same = " AND ".join(f'"{name}" = ?' for name in spec.keys)
    found = connection.execute(f'SELECT 1 FROM "{schema}"."{table}" WHERE {same}', [row[name] for name in spec.keys])
    if not found.fetchone():
        marks = ", ".join("?" for _ in spec.schema)
        connection.execute(f'INSERT INTO "{schema}"."{table}" VALUES ({marks})', [row[n] for n in spec.schema.names])
