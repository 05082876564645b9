"""GoogleSQL as it is given, in DuckDB's words: a query, a table made from a query, or a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from backends.interface import BackendError


class Statement(NamedTuple):
    """One statement: its words for DuckDB, the table it changes, if any, and the names of its parameters."""

    sql: str
    changes: str
    named: frozenset[str]
    is_create: bool

    def parameters(
        self, given: Mapping[str, object] | Sequence[object]
    ) -> Mapping[str, object] | Sequence[object] | None:
        """Of all that were given, those that this statement has: DuckDB takes no others."""
        if isinstance(given, Mapping):
            return {name: value for name, value in given.items() if name in self.named} or None
        return given or None


def read_statements(sql: str) -> list[Statement]:
    """One query or CREATE TABLE, or the INSERTs and DELETEs of a transaction. Raises BackendError for anything else."""
    try:
        parsed = sqlglot.parse(sql, read="bigquery")
    except sqlglot.ParseError as error:
        raise BackendError(f"not GoogleSQL: {error}") from error
    statements = [statement for statement in parsed if statement is not None]
    if not statements:
        raise BackendError("an empty statement")
    if isinstance(statements[0], exp.Transaction):
        return [_within(statement) for statement in _between(statements)]
    if len(statements) > 1:
        raise BackendError(f"one statement is allowed at a time, or BEGIN ... COMMIT TRANSACTION: {sql[:200]}")
    return [_alone(statements[0], sql)]


def _alone(statement: exp.Expr, sql: str) -> Statement:
    if isinstance(statement, exp.Query):
        return _statement(statement, None, is_create=False)
    table = statement.find(exp.Table)
    if isinstance(statement, exp.Create) and statement.kind == "TABLE" and table:
        return _statement(statement, table, is_create=True)
    raise BackendError(f"only a query, CREATE TABLE or a transaction, not {statement.key.upper()}: {sql[:200]}")


def _between(statements: Sequence[exp.Expr]) -> Sequence[exp.Expr]:
    if len(statements) < 2 or not isinstance(statements[-1], exp.Commit):
        raise BackendError("a transaction must end with COMMIT TRANSACTION")
    return statements[1:-1]


def _within(statement: exp.Expr) -> Statement:
    if isinstance(statement, exp.Insert | exp.Delete):
        table = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
        return _statement(statement, table, is_create=False)
    raise BackendError(f"a transaction may have INSERT and DELETE, not {statement.key.upper()}")


def _statement(statement: exp.Expr, table: exp.Table | None, *, is_create: bool) -> Statement:
    named = frozenset(parameter.name for parameter in statement.find_all(exp.Parameter))
    return Statement(statement.sql("duckdb"), f"{table.db}.{table.name}" if table else "", named, is_create)
