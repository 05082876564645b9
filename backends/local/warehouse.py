"""The warehouse on one machine: immutable files, and a DuckDB database whose views show what was committed.

DuckDB lets one process write or many read. So nothing holds the database open between two calls, and questions open
it for reading only. A finished commit outlives the process, not a power cut: data files are not synced one by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from backends.interface import BackendError, TableSpec
from backends.local.data_file import DataFile
from backends.local.manifest import commit, is_shown, show, transaction

if TYPE_CHECKING:
    import apache_beam as beam

_BATCH_ROWS = 65_536
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "memory_limit": "1GB",
    "threads": min(os.cpu_count() or 1, 8),  # each reserves 32 MiB to read JSON lines
}


class LocalWarehouse:
    """Tables in a folder. Opening it makes ``warehouse.duckdb`` and its views, also after the folder has moved."""

    def __init__(self, folder: Path, tables: Sequence[TableSpec]) -> None:
        self._folder = folder.resolve()
        self._specs = tuple(tables)
        self._database = self._folder / "warehouse.duckdb"
        if "?" in str(self._folder):
            raise BackendError(f"{folder}: DuckDB can't open a database whose path has a '?': name another folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._is_shown():
            with self._connected(read_only=False) as connection:
                show(connection, self._folder, self._specs)

    def sink(self) -> beam.PTransform[Any, Any]:
        """A transform from ``{table name: PCollection of record batches}`` to one atomic commit."""
        from backends.local.sink import WriteTables

        return WriteTables(self._folder, self._specs, self.commit)

    def commit(self, files: Iterable[DataFile]) -> str:
        """Make data files part of their tables, all at once. Gives the commit's id."""
        with self._connected(read_only=False) as connection:
            return commit(connection, self._folder, self._specs, files)

    def query(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> pa.RecordBatchReader:
        """Answer one GoogleSQL statement: a query, or CREATE TABLE ... AS, which is atomic.

        Named parameters are ``@name``, the others ``?``. Read the answer to its end: until then nobody can write.
        """
        statement = _parsed(sql)
        translated = statement.sql("duckdb")
        if isinstance(statement, exp.Query):
            return self._select(translated, parameters)
        table = statement.find(exp.Table)
        if isinstance(statement, exp.Create) and statement.kind == "TABLE" and table:
            self._create(table, translated, parameters)
            return pa.table({}).to_reader()
        raise BackendError(f"only a query or CREATE TABLE is allowed, not {statement.key.upper()}: {sql[:200]}")

    def _select(self, sql: str, parameters: Mapping[str, object] | Sequence[object]) -> pa.RecordBatchReader:
        answer = self._answer(sql, parameters)
        schema = next(answer)
        return pa.RecordBatchReader.from_batches(schema, answer)

    def _answer(self, sql: str, parameters: Mapping[str, object] | Sequence[object]) -> Iterator[Any]:
        """The schema, then the batches. The connection closes when the last was taken."""
        with self._connected(read_only=True) as connection:
            reader = connection.sql(sql, params=parameters or None).to_arrow_reader(_BATCH_ROWS)
            yield reader.schema
            yield from reader

    def _create(self, table: exp.Table, sql: str, parameters: Mapping[str, object] | Sequence[object]) -> None:
        name = f"{table.db}.{table.name}"
        with self._connected(read_only=False) as connection, transaction(connection):
            if connection.execute("SELECT 1 FROM ops.files WHERE table_name = ?", [name]).fetchone():
                raise BackendError(f"{name}: holds committed files and can't be replaced by a query")
            if connection.execute(
                "SELECT 1 FROM duckdb_views() WHERE schema_name || '.' || view_name = ?", [name]
            ).fetchone():
                connection.execute(f'DROP VIEW "{table.db}"."{table.name}"')
            connection.execute(sql, parameters or None)

    def _is_shown(self) -> bool:
        if not self._database.exists():
            return False
        with self._connected(read_only=True) as connection:
            return is_shown(connection, self._folder, self._specs)

    @contextmanager
    def _connected(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with duckdb.connect(self._database, read_only=read_only, config=_SETTINGS) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
        except duckdb.Error as error:
            raise BackendError(f"{self._database}: {error}") from error


def _parsed(sql: str) -> exp.Expr:
    try:
        (statement,) = sqlglot.parse(sql, read="bigquery")
    except sqlglot.ParseError as error:
        raise BackendError(f"not GoogleSQL: {error}") from error
    except ValueError as error:
        raise BackendError(f"one statement is allowed at a time: {sql[:200]}") from error
    if statement is None:
        raise BackendError("an empty statement")
    return statement
