"""JSON lines in gzip, from rows of text: what DuckDB and Polars don't do themselves at the speed of ISA-L.

Rows come as Arrow batches of partition and line. The text of an Arrow column lies in one piece of memory, so the lines
of a partition are compressed without a look at any of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from isal import igzip

_LEVEL = 1
_THREADS = 2


def write_lines(batches: Iterable[pa.RecordBatch], folder: Path) -> None:
    """Write batches of ``partition`` (a path below ``folder``) and ``line`` (which ends in a line feed)."""
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for number, batch in enumerate(batches):
            waiting.append(pool.submit(_write, batch, folder, number))
            if len(waiting) > _THREADS:  # no more batches in memory than are being compressed
                waiting.popleft().result()
        while waiting:
            waiting.popleft().result()


def _write(batch: pa.RecordBatch, folder: Path, number: int) -> None:
    for partition in pc.unique(batch.column("partition")).to_pylist():
        lines = batch.column("line").filter(pc.equal(batch.column("partition"), partition))
        path = folder / partition / f"part-{number:06}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(igzip.compress(_text(lines), _LEVEL))


def _text(lines: pa.Array) -> memoryview:
    """The bytes of all lines, one behind the other; the lines must be of a filter, which leaves no others between."""
    _, offsets, texts = lines.buffers()
    width = 8 if pa.types.is_large_string(lines.type) else 4
    ends = memoryview(offsets).cast("q" if width == 8 else "i")
    return memoryview(texts)[ends[lines.offset] : ends[lines.offset + len(lines)]]
