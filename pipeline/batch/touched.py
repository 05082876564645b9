"""Which messages out of scope a backfill changes too: those whose fate hangs on one in scope.

A message is a copy, or in conflict, because of another that came first. If that one is in scope, in what stood before
or in what stands now, the message is told its fate anew; and so is what hangs on that message in turn. Nothing else can
have changed by what happened in scope, since a fate depends on the message and on the first of its key alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from backends.interface import Warehouse
from pipeline.batch.places import Places, is_in, packed

_LINKS = r"""
SELECT log_partition, log_offset, first_log_partition, first_log_offset FROM ops.duplicates
UNION ALL
SELECT
  log_partition,
  log_offset,
  CAST(REGEXP_EXTRACT(reason, r'partition ([0-9]+), offset') AS INT64) AS first_log_partition,
  CAST(REGEXP_EXTRACT(reason, r', offset ([0-9]+)$') AS INT64) AS first_log_offset
FROM clean.rejected
WHERE code = 'conflicting_duplicate'
"""
"""A conflict says in its reason with which message it is."""


def touched(scope: Places, warehouses: Sequence[Warehouse]) -> Places:
    """The places in scope, and all that hang on one of them in any of the warehouses."""
    links = pa.concat_tables([warehouse.query(_LINKS).read_all() for warehouse in warehouses])
    place, first = packed(links), packed(links, "first_log_partition", "first_log_offset")
    found = scope
    while len(more := _hanging(place, first, found)):
        found = np.union1d(found, more)
    return found


def _hanging(place: Places, first: Places, found: Places) -> npt.NDArray[np.int64]:
    return np.unique(place[is_in(first, found) & ~is_in(place, found)])
