"""Which data files are in which table: kept in DuckDB, and shown as views that any DuckDB client can open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from backends.interface import TableSpec
from backends.local.views import make_views

_TABLES = """
CREATE SCHEMA IF NOT EXISTS ops;
CREATE TABLE IF NOT EXISTS ops.commits (
  commit_id VARCHAR PRIMARY KEY, tables VARCHAR[], files BIGINT, rows BIGINT, number BIGINT
);
CREATE TABLE IF NOT EXISTS ops.files (table_name VARCHAR, path VARCHAR PRIMARY KEY, rows BIGINT, bytes BIGINT);
CREATE TABLE IF NOT EXISTS ops.shown (folder VARCHAR, table_names VARCHAR[]);
"""


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements inside, or none of them."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def show(connection: duckdb.DuckDBPyConnection, folder: Path, specs: Sequence[TableSpec]) -> None:
    """Make the manifest if there is none, and the views for the folder as it lies now.

    If a table can't be read, nothing counts as shown, so that it is tried again at the next opening.
    """
    with transaction(connection):
        connection.execute(_TABLES)
        whole = make_views(connection, folder, specs)
        connection.execute("DELETE FROM ops.shown")
        if whole:
            connection.execute("INSERT INTO ops.shown VALUES (?, ?)", [str(folder), [spec.name for spec in specs]])


def is_shown(connection: duckdb.DuckDBPyConnection, folder: Path, specs: Sequence[TableSpec]) -> bool:
    """Whether the views are of these tables, and of this folder and not of where it was before."""
    try:
        shown = connection.execute("SELECT folder, table_names FROM ops.shown").fetchone()
    except duckdb.CatalogException:
        return False
    return shown == (str(folder), [spec.name for spec in specs])


def files_of(folder: Path, table: str) -> list[tuple[str, int]]:
    """The files of a table in the warehouse of a folder, by path inside it, and their rows. Nothing is written."""
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
        found = connection.execute("SELECT path, rows FROM ops.files WHERE table_name = ? ORDER BY path", [table])
        return found.fetchall()
