"""A view for each table over exactly the files that the manifest lists; never over what happens to lie in a folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec

_DUCKDB_TYPES = {
    pa.string(): "VARCHAR",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    TIMESTAMP: "TIMESTAMPTZ",
}
_LINE_BYTES_MAX = 16 * 1024 * 1024
"""The largest message that a log takes fits, in Base64. DuckDB reserves a multiple of this for each thread."""


def make_views(connection: duckdb.DuckDBPyConnection, folder: Path, specs: Sequence[TableSpec]) -> bool:
    """Make the views of all tables anew, but for those that a CREATE TABLE has replaced.

    A table with a file that is missing or broken gets a view that says so to whoever reads it; the others are as ever.
    Gives whether there is no such table.
    """
    native = {name for (name,) in connection.execute(_NATIVE_TABLES).fetchall()}
    whole = True
    for spec in specs:
        if spec.name in native:
            continue
        select = _select(connection, folder, spec)
        problem = _problem(connection, select)
        whole = whole and problem is None
        schema, _, name = spec.name.partition(".")
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        connection.execute(
            f'CREATE OR REPLACE VIEW "{schema}"."{name}" AS {_unreadable(spec, problem) if problem else select}'
        )
    return whole


_NATIVE_TABLES = "SELECT schema_name || '.' || table_name FROM duckdb_tables()"


def _problem(connection: duckdb.DuckDBPyConnection, select: str) -> str | None:
    """What DuckDB has against a query. Asked in a transaction of its own: a refusal would end the one that is open."""
    try:
        connection.cursor().execute(f"DESCRIBE {select}")
    except duckdb.Error as error:
        return str(error).partition("\n")[0]
    return None


def _unreadable(spec: TableSpec, problem: str) -> str:
    error = f"error({_quoted(f'{spec.name}: {problem}; put the file back and open the warehouse again')})"
    # Of columns that are NULL, DuckDB knows that `column = 1` holds nowhere: it would find no row, and not ask further.
    return f"SELECT {_constant(spec, error)} WHERE {error}"


def no_rows(spec: TableSpec) -> str:
    """A query with the columns of a table, and no row."""
    return f"SELECT {_constant(spec, 'NULL')} WHERE false"


def _constant(spec: TableSpec, value: str) -> str:
    """The columns of a table, each with the same value."""
    return ", ".join(f'CAST({value} AS {_DUCKDB_TYPES[field.type]}) AS "{field.name}"' for field in spec.schema)


def _select(connection: duckdb.DuckDBPyConnection, folder: Path, spec: TableSpec) -> str:
    found = connection.execute("SELECT path FROM ops.files WHERE table_name = ? ORDER BY path", [spec.name]).fetchall()
    return select_files(folder, spec, [path for (path,) in found])


def select_files(folder: Path, spec: TableSpec, paths: Sequence[str], *, named: bool = False) -> str:
    """A query for the rows of some files of a table; ``named`` adds the file of each row as ``filename``."""
    if not paths:
        return no_rows(spec)
    types = {f'"{field.name}"': _DUCKDB_TYPES[field.type] for field in spec.schema}
    columns = ", ".join([*types, *(["filename"] if named else [])])
    places = ", ".join(_quoted(_literal(str(folder / path))) for path in paths)
    options = _options(spec, types) + (", filename = true" if named else "")
    read = "read_parquet" if spec.file_format == "parquet" else "read_json"
    return f"SELECT {columns} FROM {read}([{places}], {options})"


def _options(spec: TableSpec, types: Mapping[str, str]) -> str:
    """How DuckDB reads files of a table: what is in their folders' names, and in lines of JSON."""
    folders = [f'"{name}"' for name in spec.partition_by]
    partitioned = ", ".join(f"{name}: {types[name]}" for name in folders)
    options = f"hive_partitioning = true, hive_types = {{{partitioned}}}" if folders else "hive_partitioning = false"
    if spec.file_format == "parquet":
        return options
    inside = ", ".join(f"{name}: {_quoted(kind)}" for name, kind in types.items() if name not in folders)
    return (
        f"columns = {{{inside}}}, format = 'newline_delimited', compression = 'gzip', "
        f"maximum_object_size = {_LINE_BYTES_MAX}, {options}"
    )


def _literal(path: str) -> str:
    """A path as a pattern that matches nothing else: DuckDB takes every path for a pattern."""
    return re.sub(r"[\[*?]", r"[\g<0>]", path)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
