"""The warehouse on one machine: immutable files, and a DuckDB database whose views show what was committed.

DuckDB lets one process write or many read. So nothing holds the database open between two calls, and questions open
it for reading only. A finished commit outlives the process, not a power cut: data files are not synced one by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from backends.fail_points import reach
from backends.interface import FIRST_COMMIT, BackendError, Commit, TableSpec
from backends.local.commit import commit
from backends.local.data_file import DataFile
from backends.local.manifest import is_shown, show, transaction
from backends.local.native import make_native, replace_view
from backends.local.statements import Statement, read_statements

if TYPE_CHECKING:
    import apache_beam as beam

_BATCH_ROWS = 65_536
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "memory_limit": "1GB",
    "threads": min(os.cpu_count() or 1, 8),  # each reserves 32 MiB to read JSON lines
}
_IN_USE = "another process has it open: one may write, or many read; try again when it has finished"


class LocalWarehouse:
    """Tables in a folder. Opening it makes ``warehouse.duckdb`` and its views, also after the folder has moved."""

    def __init__(self, folder: Path, tables: Sequence[TableSpec]) -> None:
        self._folder = folder.resolve()
        self._specs = tuple(tables)
        self._database = self._folder / "warehouse.duckdb"
        if "?" in str(self._folder):
            raise BackendError(f"{folder}: DuckDB can't open a database whose path has a '?': name another folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        for spec in (spec for spec in self._specs if spec.restricted):
            (self._folder / spec.name.partition(".")[0]).mkdir(mode=0o700, exist_ok=True)
        if not self._is_shown():
            with self._connected(read_only=False) as connection:
                show(connection, self._folder, self._specs)

    def sink(self, commit: Commit = FIRST_COMMIT) -> beam.PTransform[Any, Any]:
        """A transform from ``{table name: PCollection of record batches}`` to one atomic commit."""
        from backends.local.sink import WriteTables

        return WriteTables(self._folder, self._specs, partial(self.commit, how=commit))

    def commit(self, files: Iterable[DataFile], how: Commit = FIRST_COMMIT) -> str:
        """Make data files part of their tables, all at once. Gives the id of the last commit there is then."""
        with self._connected(read_only=False) as connection:
            return commit(connection, self._folder, self._specs, files, how)

    def query(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> pa.RecordBatchReader:
        """Answer GoogleSQL: a query, CREATE TABLE ... AS, or a transaction.

        Named parameters are ``@name``, the others ``?``. Read the answer to its end: until then nobody can write.
        """
        statements = read_statements(sql)
        if len(statements) == 1 and not statements[0].changes:
            return self._select(statements[0], parameters)
        self._change(statements, parameters)
        return pa.table({}).to_reader()

    def _select(
        self, statement: Statement, parameters: Mapping[str, object] | Sequence[object]
    ) -> pa.RecordBatchReader:
        answer = self._answer(statement.sql, parameters)
        schema = next(answer)
        return pa.RecordBatchReader.from_batches(schema, answer)

    def _answer(self, sql: str, parameters: Mapping[str, object] | Sequence[object]) -> Iterator[Any]:
        """The schema, then the batches. The connection closes when the last was taken."""
        with self._connected(read_only=True) as connection:
            reader = connection.sql(sql, params=parameters or None).to_arrow_reader(_BATCH_ROWS)
            yield reader.schema
            yield from reader

    def _change(self, statements: Sequence[Statement], parameters: Mapping[str, object] | Sequence[object]) -> None:
        with self._connected(read_only=False) as connection, transaction(connection):
            for statement in statements:
                if statement.is_create:
                    replace_view(connection, statement.changes)
                else:
                    make_native(connection, self._specs, statement.changes)
                connection.execute(statement.sql, statement.parameters(parameters))
            reach("tables.before_end")

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
            if "Could not set lock" in str(error):
                raise BackendError(f"{self._database}: {_IN_USE}") from error
            raise BackendError(f"{self._database}: {error}") from error
        except OSError as error:
            raise BackendError(f"{error.filename or self._database}: {error.strerror}") from error
