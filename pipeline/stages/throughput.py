"""Facility throughput: scans by kind in 15-minute windows that start every minute: ``curated.facility_throughput``.

A scan lies in fifteen windows. So scans are first counted by the minute, and only those counts are put together::

    minute    04:00  04:01  ...  04:14  04:15
    scans         2                  1      3
    window    [------------------------)              04:00: 2 + 1
                     [-------------------------)      04:01: 1 + 3
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from backends.stage_work import at_work
from pipeline.contract.events import FACILITY_SCAN
from pipeline.contract.tables import FACILITY_THROUGHPUT
from pipeline.stages.each_batch import Sharded, one_batch

_MINUTE_US = 60 * 1_000_000
WINDOW_MINUTES = 15

BY_MINUTE = pa.schema(
    [
        pa.field("minute", pa.int64(), nullable=False),
        *(FACILITY_THROUGHPUT.schema.field(name) for name in ("tenant_id", "facility_id", "arrivals", "departures")),
    ]
)
"""Scans of one minute of event time; ``minute`` counts from 1970, and is negative before."""
_COUNTS = ("arrivals", "departures")
_KEYS = ("tenant_id", "facility_id", "minute")


def by_minute(events: pa.RecordBatch) -> pa.RecordBatch:
    """The scans among events (``PLACED``), counted by minute (``BY_MINUTE``). Too-late events are not counted."""
    is_scan = pc.equal(events.column("event_type"), FACILITY_SCAN)
    scans = events.filter(pc.and_(is_scan, pc.not_equal(events.column("lateness"), "too_late")))
    columns = {
        "minute": pa.array(pc.cast(scans.column("event_time"), pa.int64()).to_numpy() // _MINUTE_US),
        "tenant_id": scans.column("tenant_id").fill_null(""),
        "facility_id": scans.column("facility_id"),
        "arrivals": pc.equal(scans.column("scan_type"), "arrival"),
        "departures": pc.equal(scans.column("scan_type"), "departure"),
    }
    return _summed(pa.Table.from_batches([pa.RecordBatch.from_pydict(columns).cast(BY_MINUTE)]))


def sliding(parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """The rows of ``curated.facility_throughput`` for all scans of some facilities, in the order of their keys."""
    counted = _summed(pa.Table.from_batches(list(parts), BY_MINUTE))
    if not counted.num_rows:
        return one_batch(FACILITY_THROUGHPUT.schema.empty_table())
    minute = counted.column("minute").to_numpy()
    place = np.cumsum(_starts_anew(counted)) - 1
    row, start = _windows(minute, place)
    first, end = _rows_within(minute, place, row, start)
    columns = {
        "window_start": _time(start),
        "window_end": _time(start + WINDOW_MINUTES),
        **{name: counted.column(name).take(pa.array(row)) for name in ("tenant_id", "facility_id")},
        **{name: _between(counted.column(name), first, end) for name in _COUNTS},
    }
    rows = pa.Table.from_pydict(columns, FACILITY_THROUGHPUT.schema)
    return one_batch(rows.sort_by([(key, "ascending") for key in FACILITY_THROUGHPUT.keys]))


def _summed(rows: pa.Table) -> pa.RecordBatch:
    summed = rows.group_by(list(_KEYS), use_threads=False).aggregate([(name, "sum") for name in _COUNTS])
    named = summed.rename_columns([*_KEYS, *_COUNTS]).sort_by([(key, "ascending") for key in _KEYS])
    return one_batch(named.select(BY_MINUTE.names).cast(BY_MINUTE))


def _starts_anew(counted: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    """Where another tenant or facility begins."""
    anew = np.ones(counted.num_rows, dtype=bool)
    codes = [counted.column(name).dictionary_encode().indices.to_numpy() for name in ("tenant_id", "facility_id")]
    anew[1:] = (codes[0][1:] != codes[0][:-1]) | (codes[1][1:] != codes[1][:-1])
    return anew


def _windows(
    minute: npt.NDArray[np.int64], place: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Every window with a scan in it, once: a row of its tenant and facility, and the minute in which it starts.

    A minute adds the windows that hold it and that the minute with scans before it is not in.
    """
    added = np.full(len(minute), WINDOW_MINUTES)
    same = place[1:] == place[:-1]
    added[1:][same] = np.minimum(np.diff(minute)[same], WINDOW_MINUTES)
    row = np.repeat(np.arange(len(minute)), added)
    back = np.repeat(np.cumsum(added), added) - np.arange(len(row)) - 1
    return row, minute[row] - back


def _rows_within(
    minute: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """For each window the first row of its minutes, and the row after the last."""
    instants, rank = np.unique(minute, return_inverse=True)
    sorted_by = place * (len(instants) + 1) + rank
    base = place[row] * (len(instants) + 1)
    first = np.searchsorted(sorted_by, base + np.searchsorted(instants, start))
    return first, np.searchsorted(sorted_by, base + np.searchsorted(instants, start + WINDOW_MINUTES))


def _between(counts: pa.Array, first: npt.NDArray[np.intp], end: npt.NDArray[np.intp]) -> pa.Array:
    so_far = np.concatenate([[0], np.cumsum(counts.to_numpy())])
    return pa.array(so_far[end] - so_far[first])


def _time(minutes: npt.NDArray[np.int64]) -> pa.Array:
    return pc.cast(pa.array(minutes * _MINUTE_US), TIMESTAMP)


class Throughput(beam.PTransform):
    """Events (``PLACED``) to ``throughput``. All scans of a facility meet under one of a few keys."""

    def __init__(self, shards: int) -> None:
        super().__init__()
        self._shards = shards

    def expand(self, events: Any) -> Any:
        """The throughput, by name."""
        return {
            "throughput": events
            | "By minute" >> beam.ParDo(_ByMinute(self._shards)).with_output_types(Sharded)
            | beam.GroupByKey()
            | "Sliding" >> beam.MapTuple(_sliding).with_output_types(pa.RecordBatch)
        }


class _ByMinute(beam.DoFn):
    def __init__(self, shards: int) -> None:
        self._shards = shards

    def process(self, events: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
        with at_work("throughput"):
            part = by_minute(events)
            shard = _shard(part.column("facility_id"), self._shards)
            for number in np.unique(shard):
                yield int(number), part.filter(pa.array(shard == number))


def _shard(facilities: pa.Array, shards: int) -> npt.NDArray[np.int64]:
    """The same for the same facility in every process."""
    named = facilities.dictionary_encode()
    of_name = [zlib.crc32(name.encode()) % shards for name in named.dictionary.to_pylist()]
    return np.asarray(np.asarray(of_name, dtype=np.int64)[named.indices.to_numpy()])


@at_work("throughput")
def _sliding(_: int, parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    return sliding(parts)
