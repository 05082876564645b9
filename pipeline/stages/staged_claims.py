"""Claims that wait in staging, by shard: only the names of their files are shuffled.

A runner in one process holds in memory whatever it shuffles. Names are so few that no log is too long for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from pipeline.stages.each_batch import one_batch
from pipeline.stages.first_of_key import CLAIMS, words
from pipeline.stages.staging import fetch, stage

_ROWS = 131_072
"""So many claims are gathered before they are cut into shards, or their files would be many and small."""


class StagedClaims:
    """Gathers claims of many batches, and stages them by shard: a file for each shard that has some."""

    def __init__(self, folder: str, key: str, shards: int) -> None:
        self._folder = folder
        self._key = key
        self._shards = shards
        self._gathered: list[pa.RecordBatch] = []

    def add(self, claims: pa.RecordBatch) -> Iterator[tuple[int, bytes]]:
        """Take claims in; gives shards and names of files once enough are gathered."""
        self._gathered.append(claims)
        if sum(batch.num_rows for batch in self._gathered) >= _ROWS:
            yield from self.rest()

    def rest(self) -> Iterator[tuple[int, bytes]]:
        """Shards and names of the files for all that is gathered."""
        claims = _joined(self._gathered)
        self._gathered = []
        shard = words(claims.column(self._key))[:, 0] % np.uint64(self._shards)
        order = np.argsort(shard, kind="stable")
        numbers, starts = np.unique(shard[order], return_index=True)
        for number, rows in zip(numbers, np.split(order, starts[1:]), strict=False):
            yield int(number), stage(self._folder, claims.take(pa.array(rows)))


def staged_claims(folder: str, names: Iterable[bytes]) -> pa.RecordBatch:
    """The claims in some files, together."""
    return _joined(fetch(folder, name) for name in names)


def _joined(claims: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    return one_batch(pa.Table.from_batches(list(claims), CLAIMS))
