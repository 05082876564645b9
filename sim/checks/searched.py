"""The text in a file that a run wrote, piece by piece with the column that it stands in.

All pieces are bytes read as Latin-1, one character for each byte, so that nothing is too broken to be searched.
"""

from __future__ import annotations

import gzip
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.checks.scratch import quoted

Piece = tuple[str, str]
"""Column (or what stands for one), text."""
_CHUNK_BYTES = 4 * 1024 * 1024
_OVERLAP_BYTES = 512
"""Longer than any personal value: what stands across the border of two chunks is found in the second."""
_ROWS = 65_536
_GZIP = b"\x1f\x8b\x08"
"""How a file begins, or a part of one, that was packed by gzip."""
_WITH_GZIP_HEAD = 31  # zlib's word for its largest window, and a head and a tail as gzip has them
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)


def pieces(path: Path) -> Iterator[Piece]:
    """All text of a file."""
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        yield from _batches(file.iter_batches(_ROWS, columns=_text_columns(file.schema_arrow)))
        return
    if path.suffix in (".duckdb", ".db"):
        yield from _tables(path)
    if ".arrow" in path.suffixes:
        yield from _batches(_arrow(path))
    yield from _bytes(path)


def _arrow(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow stream, such as those that wait in staging, as far as it can be read."""
    try:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
            for batch in stream:
                yield batch.select(_text_columns(batch.schema))
    except (pa.ArrowException, OSError):
        return


def _text_columns(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if _holds_text(field.type)]


def _holds_text(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(_holds_text(kind.field(i).type) for i in range(kind.num_fields))
    return any(is_text(kind) for is_text in _TEXT)


def _batches(batches: Iterator[pa.RecordBatch]) -> Iterator[Piece]:
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            yield name, _joined(column)


def _joined(column: pa.Array) -> str:
    """The distinct values, one a line."""
    if pa.types.is_nested(column.type):
        return "\n".join(map(str, column.to_pylist())).encode().decode("latin-1")
    distinct = pc.unique(column.cast(pa.large_binary())).drop_null()
    return b"\n".join(distinct.to_pylist()).decode("latin-1")


def _tables(path: Path) -> Iterator[Piece]:
    """The tables that a DuckDB file holds itself; views are over files that are searched anyway.

    From a copy with what is not yet merged into it, since the file may be open.
    """
    with TemporaryDirectory(prefix="sim-check-") as folder:
        for part in path.parent.glob(f"{path.name}*"):
            shutil.copy(part, folder)
        yield from _columns(Path(folder) / path.name)


def _columns(path: Path) -> Iterator[Piece]:
    with duckdb.connect(path) as connection:
        found = connection.sql(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "join duckdb_tables() using (schema_name, table_name) where data_type ilike '%varchar%' order by all"
        )
        for schema, table, column in found.fetchall():
            values = connection.sql(f"select distinct {quoted(column)}::varchar from {quoted(schema)}.{quoted(table)}")
            for _, text in _batches(iter(values.to_arrow_reader(_ROWS))):
                yield f"{schema}.{table}.{column}", text


def _bytes(path: Path) -> Iterator[Piece]:
    """Chunks that end with a line where there are lines, and overlap where there are none."""
    with _unpacked(path) as file:
        kept = b""
        while chunk := file.read(_CHUNK_BYTES):
            lines, newline, kept = (kept + chunk).rpartition(b"\n")
            if not newline:
                lines, kept = kept, kept[-_OVERLAP_BYTES:]
            yield from _texts(lines)
        yield from _texts(kept)


def _unpacked(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP)) == _GZIP
    return cast(BinaryIO, gzip.open(path)) if is_gzip else path.open("rb")


def _texts(content: bytes) -> Iterator[Piece]:
    """The content, and what is in it packed by gzip, as far as that goes on in it."""
    yield "text", content.decode("latin-1")
    for found in re.finditer(re.escape(_GZIP), content):
        with suppress(zlib.error):
            unpacked = zlib.decompressobj(_WITH_GZIP_HEAD).decompress(content[found.start() :], _CHUNK_BYTES)
            yield "gzip inside", unpacked.decode("latin-1")


def place_of(path: Path, root: Path) -> str:
    """What stands for a file in a finding: itself, or for one of the many parts of a table their folder."""
    place = path.relative_to(root)
    return (place.parent if place.name.startswith("part-") else place).as_posix()
