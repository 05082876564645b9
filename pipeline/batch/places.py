"""Sets of places in the log, as sorted numbers: eight bytes each, and quick to look up a whole batch in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TableSpec, Warehouse

Places = npt.NDArray[np.int64]
"""Each place once, rising: partition and offset in one number, see ``packed``."""
OFFSET_BITS = 44
"""An offset may go to 17 trillion, a partition to half a million."""
NOWHERE: Places = np.empty(0, dtype=np.int64)


def packed(rows: pa.Table | pa.RecordBatch, partition: str = "log_partition", offset: str = "log_offset") -> Places:
    """The place of each row, in their order, as one number."""
    partitions, offsets = (_integers(rows.column(name)) for name in (partition, offset))
    return np.asarray((partitions << OFFSET_BITS) | offsets)


def unpacked(places: Places) -> pa.Table:
    """Places as the columns ``log_partition`` and ``log_offset``."""
    offsets = places & ((1 << OFFSET_BITS) - 1)
    return pa.table({"log_partition": (places >> OFFSET_BITS).astype(np.int32), "log_offset": offsets})


def is_in(places: Places, some: Places) -> npt.NDArray[np.bool_]:
    """For each place whether it is one of ``some``, which is sorted."""
    if not len(some):
        return np.zeros(len(places), dtype=bool)
    at = np.minimum(np.searchsorted(some, places), len(some) - 1)
    return np.asarray(some[at] == places)


def found_places(warehouse: Warehouse, sql: str, parameters: dict[str, object] | None = None) -> Places:
    """The places that a query with the columns ``log_partition`` and ``log_offset`` gives."""
    return np.unique(packed(warehouse.query(sql, parameters or {}).read_all()))


def rows_at(
    warehouse: Warehouse, table: TableSpec, places: Places, columns: Iterable[str] = ()
) -> Iterator[pa.RecordBatch]:
    """The rows of a table that came of messages in these places, read a batch at a time."""
    if not len(places):
        return
    names = [*(columns or table.schema.names)]
    wanted = [*names, *(name for name in ("log_partition", "log_offset") if name not in names)]
    for batch in warehouse.query(f"SELECT {', '.join(f'`{name}`' for name in wanted)} FROM {table.name}"):
        chosen = batch.filter(pa.array(is_in(packed(batch), places)))
        if chosen.num_rows:
            yield chosen.select(names)


def _integers(column: pa.Array | pa.ChunkedArray) -> Places:
    return np.asarray(pc.cast(column, pa.int64()).to_numpy())
