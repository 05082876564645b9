"""The lines of archived messages, read back to the bytes that the log had."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from backends.interface import MESSAGE, BackendError

BATCH_ROWS = 16_384
BATCH_BYTES = 32 * 1024 * 1024
"""A batch ends with the line that takes it to either bound."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """One message as ``raw.messages`` keeps it in a file; its type and day are in the names of folders."""

    log_partition: int
    log_offset: int
    ingest_time: str
    key: str
    attributes: str
    body: str | None = None
    body_base64: str | None = None


def read_lines(paths: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The messages of some files as ``MESSAGE`` batches. Raises BackendError that names file and line."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row, length in (read for path in paths for read in _rows(path)):
        rows.append(row)
        size += length
        if len(rows) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield _batch(rows)
            rows, size = [], 0
    if rows:
        yield _batch(rows)


def _rows(path: str) -> Iterator[tuple[tuple[Any, ...], int]]:
    """The rows of a file, and the length of each line. What an error says of a value is left out: it is personal."""
    decoder = msgspec.json.Decoder(_Line)
    number = 0
    try:
        with gzip.open(path) as file:
            for number, text in enumerate(file, 1):  # noqa: B007  the error says where
                yield _row(decoder.decode(text)), len(text)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BackendError(f"{path}:{number + 1}: torn: the file stops or is damaged after line {number}") from None
    except (msgspec.MsgspecError, ValueError, TypeError):
        raise BackendError(
            f"{path}:{number}: not a line of raw.messages ({', '.join(_Line.__struct_fields__)})"
        ) from None


def _row(line: _Line) -> tuple[Any, ...]:
    """One message in the order of ``MESSAGE``."""
    return (
        line.log_partition,
        line.log_offset,
        line.key,
        _pairs(line.attributes),
        line.body.encode() if line.body is not None else b64decode(line.body_base64 or _no_body(), validate=True),
        datetime.fromisoformat(line.ingest_time),
    )


def _no_body() -> str:
    raise ValueError("neither body nor body_base64")


@lru_cache(4096)
def _pairs(attributes: str) -> list[tuple[str, str | None]]:
    """The attributes as they are named, also where a name comes twice."""
    pairs = json.loads(attributes, object_pairs_hook=list)
    if not isinstance(pairs, list):
        raise TypeError("attributes: must be a JSON object")
    return pairs


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, MESSAGE, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=MESSAGE)
