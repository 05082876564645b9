"""A view for each table over exactly the files that the manifest lists; never over what happens to lie in a folder."""

from __future__ import annotations

from collections.abc import Sequence
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


def make_views(connection: duckdb.DuckDBPyConnection, folder: Path, specs: Sequence[TableSpec]) -> None:
    """Make the views of all tables anew, but for those that a CREATE TABLE has replaced."""
    native = {name for (name,) in connection.execute(_NATIVE_TABLES).fetchall()}
    for spec in specs:
        if spec.name in native:
            continue
        schema, _, name = spec.name.partition(".")
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        connection.execute(f'CREATE OR REPLACE VIEW "{schema}"."{name}" AS {_select(connection, folder, spec)}')


_NATIVE_TABLES = "SELECT schema_name || '.' || table_name FROM duckdb_tables()"


def _select(connection: duckdb.DuckDBPyConnection, folder: Path, spec: TableSpec) -> str:
    found = connection.execute("SELECT path FROM ops.files WHERE table_name = ? ORDER BY path", [spec.name]).fetchall()
    types = {f'"{field.name}"': _DUCKDB_TYPES[field.type] for field in spec.schema}
    folders = [f'"{name}"' for name in spec.partition_by]
    if not found:
        return f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in types.items())} WHERE false"
    paths = ", ".join(_quoted(str(folder / path)) for (path,) in found)
    partitioned = ", ".join(f"{name}: {types[name]}" for name in folders)
    options = (
        f", hive_partitioning = true, hive_types = {{{partitioned}}}" if partitioned else ", hive_partitioning = false"
    )
    if spec.file_format == "parquet":
        return f"SELECT {', '.join(types)} FROM read_parquet([{paths}]{options})"
    inside = ", ".join(f"{name}: {_quoted(kind)}" for name, kind in types.items() if name not in folders)
    return (
        f"SELECT {', '.join(types)} FROM read_json([{paths}], columns = {{{inside}}}, format = 'newline_delimited', "
        f"compression = 'gzip', maximum_object_size = {_LINE_BYTES_MAX}{options})"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
