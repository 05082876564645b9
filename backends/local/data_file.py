"""The files that hold a table's rows: immutable, and named by what is in them.

The same rows written again give the same file under the same name, so a bundle may be run again at any time.
A file is in no table before the manifest has it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from threading import get_ident
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.fail_points import reach
from backends.interface import BackendError, TableSpec
from backends.local.file_formats import ENCODED


class DataFile(NamedTuple):
    """A file as the manifest knows it; ``path`` is relative to the warehouse's folder."""

    table: str
    path: str
    rows: int
    bytes: int


def write_files(folder: Path, spec: TableSpec, batch: pa.RecordBatch) -> Iterator[DataFile]:
    """Write a batch, one file for each combination of the columns that the table is partitioned by."""
    if set(batch.schema.names) != set(spec.schema.names):
        raise BackendError(f"{spec.name}: has the columns {spec.schema.names}, was given {batch.schema.names}")
    rows = batch.select(spec.schema.names).cast(spec.schema)
    for where, part in _partitions(rows, spec.partition_by):
        content = ENCODED[spec.file_format](part)
        digest = hashlib.sha256(content)
        digest.update(str(batch.schema.metadata).encode())
        name = digest.hexdigest()[:32]
        path = Path(*spec.name.split("."), *where, f"part-{name}.{spec.file_format}")
        _write_once(folder / path, content)
        yield DataFile(spec.name, path.as_posix(), part.num_rows, len(content))


def _partitions(rows: pa.RecordBatch, by: tuple[str, ...]) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """The rows of each partition in their order, without the columns that the folders' names hold."""
    if not rows.num_rows:
        return
    folders = [pc.cast(rows.column(name), pa.string()) for name in by]
    rest = rows.drop_columns(list(by)) if by else rows
    if not by:
        yield [], rest
        return
    joined = pc.binary_join_element_wise(*folders, "\n").dictionary_encode()
    codes = joined.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    rest = rest.take(pa.array(order))
    for start, count, values in zip(np.cumsum(counts) - counts, counts, joined.dictionary.to_pylist(), strict=True):
        where = [f"{name}={quote(value, safe='')}" for name, value in zip(by, values.split("\n"), strict=True)]
        yield where, rest.slice(start, count)


def _write_once(path: Path, content: bytes) -> None:
    """The whole file or none. The name says what is in it: a file that is there needs no second writing."""
    if path.exists():
        return
    reach("file.before_write")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another process may be writing the same file: under one name it would cut this one's short.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.tmp")
    temporary.write_bytes(content)
    reach("file.before_rename")
    temporary.replace(path)
    reach("file.after_rename")
