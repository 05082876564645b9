"""A DuckDB database for the time of a check: rows stream into it, and set operations on them spill to disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from sim.ledger import Ledger

SAMPLES_MAX = 5
"""Rows that a finding shows."""


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A value's text as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


class Scratch:
    """Named tables, loaded once, and questions about them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._loaded: set[str] = set()

    def holds(self, name: str) -> bool:
        """Whether a table of this name was loaded."""
        return name in self._loaded

    def load(self, name: str, rows: pa.Table | pa.RecordBatchReader, columns: str = "*") -> str:
        """Take rows in under a name, which it gives as SQL. ``columns`` is the select list; rows keep their order."""
        self._connection.register("incoming", rows)
        self._connection.execute(f"create or replace table {quoted(name)} as select {columns} from incoming")
        self._connection.unregister("incoming")
        self._loaded.add(name)
        return quoted(name)

    def load_ledger(self, ledger: Ledger) -> None:
        """Take the ledger in, for all checks: its messages as ``messages``, its firings as ``fired``."""
        self.load("messages", ledger.messages)
        self.load("fired", ledger.firings)

    def messages(self) -> int:
        """How many messages the ledger has."""
        (messages,) = self.numbers("select count(*) from messages")
        return messages

    def run(self, sql: str) -> None:
        """Execute a statement that answers nothing."""
        self._connection.execute(sql)

    def numbers(self, sql: str) -> tuple[int, ...]:
        """The one row that a query answers, as whole numbers; null is 0."""
        (row,) = self._connection.execute(sql).fetchall()
        return tuple(int(value or 0) for value in row)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """All rows that a query answers."""
        return self._connection.execute(sql).fetchall()

    def samples(self, sql: str) -> tuple[dict[str, str], ...]:
        """The first rows that a query answers, as text by column."""
        answer = self._connection.sql(f"select columns(*)::varchar from ({sql}) limit {SAMPLES_MAX}")
        rows = answer.fetchall()
        return tuple(
            {name: "null" if value is None else value for name, value in zip(answer.columns, row, strict=True)}
            for row in rows
        )


@contextmanager
def open_scratch(memory_limit: str = "400MB") -> Iterator[Scratch]:
    """A scratch in a folder of its own, gone afterwards. What does not fit into the memory goes to that folder."""
    with TemporaryDirectory(prefix="sim-check-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": 2,  # each takes its part of the memory
            "temp_directory": f"{folder}/spill",
        }
        with duckdb.connect(Path(folder) / "scratch.duckdb", config=settings) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield Scratch(connection)
