"""Which data files are in which table: kept in DuckDB, and shown as views that any DuckDB client can open.

One transaction enters a commit's files and makes the views over them anew. Nobody sees a part of a commit; a process
that dies before the end leaves what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import duckdb

from backends.interface import BackendError, TableSpec
from backends.local.data_file import DataFile
from backends.local.views import make_views

_TABLES = """
CREATE SCHEMA IF NOT EXISTS ops;
CREATE TABLE IF NOT EXISTS ops.commits (commit_id VARCHAR PRIMARY KEY, tables VARCHAR[], files BIGINT, rows BIGINT);
CREATE TABLE IF NOT EXISTS ops.files (table_name VARCHAR, path VARCHAR PRIMARY KEY, rows BIGINT, bytes BIGINT);
CREATE TABLE IF NOT EXISTS ops.shown (folder VARCHAR, table_names VARCHAR[]);
"""


_ANOTHER_RUN = (
    "holds the tables of another log or other settings, and stays as it is; "
    "a warehouse holds one run of the pipeline: name another folder"
)


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


def commit(
    connection: duckdb.DuckDBPyConnection, folder: Path, specs: Sequence[TableSpec], files: Iterable[DataFile]
) -> str:
    """Enter files and show them; gives the commit's id. The same commit again changes nothing.

    Raises BackendError if the warehouse holds another one: the tables of two runs of the pipeline don't add up to the
    tables of both logs. A KPI would have two rows, and an event read again with other settings would stand there twice.
    """
    entered = sorted(set(files))
    commit_id = sha256("\n".join(file.path for file in entered).encode()).hexdigest()[:32]
    columns = {name: [getattr(file, name) for file in entered] for name in DataFile._fields}
    with transaction(connection):
        if connection.execute("SELECT 1 FROM ops.commits WHERE commit_id <> ?", [commit_id]).fetchone():
            raise BackendError(f"{folder}: {_ANOTHER_RUN}")
        connection.execute(
            "INSERT INTO ops.files SELECT unnest($table::VARCHAR[]), unnest($path::VARCHAR[]), "
            "unnest($rows::BIGINT[]), unnest($bytes::BIGINT[]) ON CONFLICT DO NOTHING",
            columns,
        )
        connection.execute(
            "INSERT INTO ops.commits VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [commit_id, sorted(set(columns["table"])), len(entered), sum(columns["rows"])],
        )
        make_views(connection, folder, specs)
    return commit_id


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
