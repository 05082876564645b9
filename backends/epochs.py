"""The steps in which the watermark of a stream moves, so that it holds for every row and not just for whole batches.

An epoch ends at ``w`` and has what arrived by then: ``w - EPOCH_US < ingest_time <= w``. Beam's windows leave out their
end, so what arrived in the epoch stands at ``w`` less one microsecond. When the watermark is at ``w``, the window of
Beam that ends at ``w`` is complete, with exactly the rows that are on time for it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

EPOCH_US = 150 * 1_000_000
"""Microseconds from one step to the next. Every window is a whole number of them."""


def epoch_end_us(ingest_time: pa.Array) -> npt.NDArray[np.int64]:
    """The end of the epoch in which each message arrived, in microseconds since 1970."""
    arrival = pc.cast(ingest_time, pa.int64()).to_numpy()
    return np.asarray(-(-arrival // EPOCH_US) * EPOCH_US)
