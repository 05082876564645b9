"""How a table's rows become the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from isal import isal_zlib

_GZIP_LEVEL = 1
_GZIP_WINDOW_BITS = 31
"""The largest window, and the head and tail of a gzip file around it; without a time, so that bytes can repeat."""
_SAMPLE_ROWS = 1024


def parquet(rows: pa.RecordBatch) -> pa.Buffer:
    """A Parquet file. Only columns whose values repeat have a dictionary: of unique ids, it would only be a detour."""
    out = pa.BufferOutputStream()
    repeating = [name for name in rows.schema.names if _repeats(rows.column(name))]
    pq.write_table(pa.Table.from_batches([rows]), out, compression="zstd", use_dictionary=repeating)
    return out.getvalue()


def _repeats(column: pa.Array) -> bool:
    sample = column.slice(0, _SAMPLE_ROWS)
    return bool(2 * pc.count_distinct(sample, mode="all").as_py() <= len(sample))


def json_lines(rows: pa.RecordBatch) -> bytes:
    """Lines of JSON in the order of the columns, gzipped. Times are ISO 8601 in UTC, with a blank for the T."""
    columns = [_json_column(column).to_pylist() for column in rows.columns]
    lines = msgspec.json.Encoder().encode_lines(list(map(_line(*rows.schema.names), *columns)))
    return bytes(isal_zlib.compress(lines, _GZIP_LEVEL, _GZIP_WINDOW_BITS))


@cache
def _line(*names: str) -> type[msgspec.Struct]:
    return msgspec.defstruct("Line", names, gc=False)


def _json_column(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        # Arrow looks up the time zone for each value that it casts to text, also where it is UTC.
        local = pc.cast(pc.cast(column, pa.timestamp(column.type.unit)), pa.string())
        return pc.binary_join_element_wise(local, "Z", "")
    return pc.cast(column, pa.string()) if pa.types.is_temporal(column.type) else column


ENCODED: dict[str, Callable[[pa.RecordBatch], Any]] = {"parquet": parquet, "jsonl.gz": json_lines}
"""What gives the bytes of a file of each format."""
