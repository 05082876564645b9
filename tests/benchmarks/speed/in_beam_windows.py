"""The windowed counts of the job as people write them for Beam: timestamps, windows, and a combine per key.

Sliding windows are kept in the key instead: with Beam's own ``SlidingWindows`` the runner takes time with the square of
the windows of a key, which would flatter who is compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from speed.event_rows import SCAN, STATUS_CHANGED
from speed.one_message import Row

_STATUSES = ("created", "picked_up", "in_transit", "out_for_delivery", "delivered", "exception")
_KPIS = (*_STATUSES[:-1], "exceptions", "scans", "late_events")
_THROUGHPUT = ("arrivals", "departures")
_WINDOW_S = 300
_SLIDING_US, _EVERY_US = 900_000_000, 60_000_000


@beam.ptransform_fn
def kpis(events: Any) -> Any:
    """Rows of ``curated.kpi_5min`` from events that are not too late."""
    return (
        events
        | "Counted" >> beam.Filter(lambda event: event["event_type"] in (STATUS_CHANGED, SCAN))
        | "Flags" >> beam.Map(_stamped)
        | "5 minutes" >> beam.WindowInto(FixedWindows(_WINDOW_S))
        | "Count KPIs" >> beam.CombinePerKey(_Sums(len(_KPIS)))
        | "KPI rows" >> beam.ParDo(_KpiRows())
        | "All KPIs" >> beam.WindowInto(GlobalWindows())  # the writer would make a file for each window
    )


@beam.ptransform_fn
def throughput(events: Any) -> Any:
    """Rows of ``curated.facility_throughput``, likewise. A scan is counted under each window that it lies in."""
    return (
        events
        | "Scans" >> beam.Filter(lambda event: event["event_type"] == SCAN)
        | "15 minutes" >> beam.FlatMap(_in_windows)
        | "Count scans" >> beam.CombinePerKey(_Sums(len(_THROUGHPUT)))
        | "Throughput rows" >> beam.MapTuple(_throughput_row)
    )


def _in_windows(event: Row) -> Iterator[tuple[tuple[int, str, str], tuple[int, ...]]]:
    last = event["event_time"] // _EVERY_US * _EVERY_US
    for start in range(last - _SLIDING_US + _EVERY_US, last + 1, _EVERY_US):
        yield (start, event["tenant_id"] or "", event["facility_id"]), _scan_flags(event)


def _throughput_row(key: tuple[int, str, str], sums: tuple[int, ...]) -> Row:
    start, tenant_id, facility_id = key
    row = {"window_start": start, "window_end": start + _SLIDING_US, "tenant_id": tenant_id, "facility_id": facility_id}
    return row | dict(zip(_THROUGHPUT, sums, strict=True))


def _stamped(event: Row) -> TimestampedValue:
    key = event["tenant_id"] or "", event["facility_id"]
    return TimestampedValue((key, _kpi_flags(event)), Timestamp(micros=event["event_time"]))


def _kpi_flags(event: Row) -> tuple[int, ...]:
    is_scan = event["event_type"] == SCAN
    status = None if is_scan else event["received"]["status"]
    return (*(int(status == value) for value in _STATUSES), int(is_scan), int(event["lateness"] == "late"))


def _scan_flags(event: Row) -> tuple[int, ...]:
    return int(event["received"]["scan_type"] == "arrival"), int(event["received"]["scan_type"] == "departure")


class _Sums(beam.CombineFn):
    """Tuples of numbers, added number by number."""

    def __init__(self, length: int) -> None:
        self._length = length

    def create_accumulator(self) -> tuple[int, ...]:
        return (0,) * self._length

    def add_input(self, accumulator: tuple[int, ...], element: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(map(sum, zip(accumulator, element, strict=True)))

    def merge_accumulators(self, accumulators: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(*accumulators, strict=True)))

    def extract_output(self, accumulator: tuple[int, ...]) -> tuple[int, ...]:
        return accumulator


class _KpiRows(beam.DoFn):
    def process(self, counted: Any, window: Any = beam.DoFn.WindowParam) -> Iterator[Row]:
        (tenant_id, facility_id), sums = counted
        yield {
            "window_start": window.start.micros,
            "tenant_id": tenant_id,
            "facility_id": facility_id,
            **dict(zip(_KPIS, sums, strict=True)),
        }
