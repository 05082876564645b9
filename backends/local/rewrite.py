"""Files without some of their rows: copy-on-write, so that whoever reads the old ones goes on reading them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from backends.interface import TableSpec
from backends.local.data_file import DataFile, write_files
from backends.local.views import select_files


def without_rows(
    connection: duckdb.DuckDBPyConnection, folder: Path, spec: TableSpec, rows: pa.Table
) -> tuple[list[str], list[DataFile]]:
    """The files of a table that hold some of the rows, and new ones, not in the manifest yet, that hold the rest.

    A row of the table is one of ``rows`` if it has its values in its columns; null is a value.
    """
    found = connection.execute("SELECT path FROM ops.files WHERE table_name = ? ORDER BY path", [spec.name]).fetchall()
    paths = [path for (path,) in found]
    if not paths or not rows.num_rows:
        return [], []
    connection.register("leaving", rows)
    try:
        same = " AND ".join(f't."{name}" IS NOT DISTINCT FROM leaving."{name}"' for name in rows.schema.names)
        everything = select_files(folder, spec, paths, named=True)
        named = connection.execute(f"SELECT DISTINCT filename FROM ({everything}) AS t SEMI JOIN leaving ON {same}")
        gone = sorted(Path(path).relative_to(folder).as_posix() for (path,) in named.fetchall())
        return gone, [file for path in gone for file in _rest(connection, folder, spec, path, same)]
    finally:
        connection.unregister("leaving")


def _rest(
    connection: duckdb.DuckDBPyConnection, folder: Path, spec: TableSpec, path: str, same: str
) -> Sequence[DataFile]:
    """What is left of a file. It remembers the old one: the rest of two equal files is two files."""
    select = select_files(folder, spec, [path])
    reader = connection.sql(f"SELECT * FROM ({select}) AS t ANTI JOIN leaving ON {same}").to_arrow_reader()
    rest = reader.read_all()
    batch = pa.RecordBatch.from_arrays([column.combine_chunks() for column in rest.columns], schema=rest.schema)
    return list(write_files(folder, spec, batch.replace_schema_metadata({"rest of": path}))) if batch.num_rows else []
