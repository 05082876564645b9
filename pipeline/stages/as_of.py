"""A join with a dimension as it was at a given time: ``valid_from <= time < valid_to``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def as_of(dimension: pa.Table, key: str, keys: pa.Array, times: pa.Array) -> pa.Array:
    """For each key and time the row of the dimension that was valid then, or null.

    The validity of two rows of one key must not overlap.
    """
    known = pc.unique(dimension[key])
    changes = np.unique(_us(dimension["valid_from"]))
    starts = _rank(known, dimension[key], changes, _us(dimension["valid_from"]))
    order = np.argsort(starts, kind="stable")
    wanted = _rank(known, keys, changes, _us(times))
    last_started = np.searchsorted(starts[order], wanted, side="right") - 1
    if not dimension.num_rows:
        return pa.nulls(len(keys), pa.int64())
    row = order[np.maximum(last_started, 0)]
    ends = _us(dimension["valid_to"].fill_null(pa.scalar(np.iinfo(np.int64).max, pa.int64()).cast(times.type)))
    same_key = _code(known, dimension[key])[row] == _code(known, keys)
    valid = (last_started >= 0) & same_key & (_us(times) < ends[row])
    return pa.array(row, pa.int64(), mask=~valid)


def _rank(
    known: pa.Array, keys: pa.Array, changes: npt.NDArray[np.int64], times: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Keys and times as one number that sorts by key, then by how many changes came up to the time."""
    return np.asarray(_code(known, keys) * (len(changes) + 1) + np.searchsorted(changes, times, side="right"))


def _code(known: pa.Array, keys: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.index_in(keys, known), -1).to_numpy(), dtype=np.int64)


def _us(times: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.cast(times, pa.int64()).to_numpy())
