"""Facility throughput: which windows a scan lies in, what counts, and that the sums are those of a plain count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_messages import HOUR, HOUR_US, KEY, MINUTE, START, created, event, messages

from pipeline.contract.events import FacilityScan
from pipeline.stages.decode import decode
from pipeline.stages.throughput import Throughput, by_minute, sliding
from pipeline.stages.windows import place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
US = timedelta(microseconds=1)
Row = tuple[datetime, datetime, str, str, int, int]


class Scan(NamedTuple):
    """What a scan is counted by."""

    at: datetime
    facility: str = "MITTE"
    tenant: str | None = "acme"
    kind: str = "arrival"


def scanned(scans: Sequence[Scan], ingest: datetime | None = None) -> pa.RecordBatch:
    """The scans as placed events; each arrives when it happens, or all at one time."""
    valid = [
        decode(
            messages(
                [
                    event(
                        FacilityScan("S1", scan.facility, scan.kind, "scanner-1"),
                        f"e{n}",
                        at=scan.at,
                        tenant_id=scan.tenant,
                    )
                ],
                ingest or scan.at,
            ),
            10**15,
            KEY,
        )["valid"]
        for n, scan in enumerate(scans)
    ]
    return place(pa.concat_batches(valid), HOUR_US)["events"]


def plain(scans: Sequence[Scan]) -> list[Row]:
    """The rows as one counts them by hand: each scan in each of the windows that hold it."""
    counts: Counter[tuple[datetime, str, str, str]] = Counter()
    for scan in scans:
        minute = scan.at.replace(second=0, microsecond=0)
        for back in range(15):
            counts[minute - back * MINUTE, scan.tenant or "", scan.facility, scan.kind] += 1
    keys = sorted({key[:3] for key in counts})
    return [
        (start, start + 15 * MINUTE, tenant, facility, *(counts[start, tenant, facility, kind] for kind in KINDS))
        for start, tenant, facility in keys
    ]


KINDS = ("arrival", "departure")


def rows(batch: pa.RecordBatch) -> list[Row]:
    return [tuple(row.values()) for row in batch.to_pylist()]


SCANS = st.lists(
    st.builds(
        Scan,
        st.one_of(
            st.integers(-40 * 60, 40 * 60).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
            st.integers(-48 * 60, 48 * 60).map(lambda minutes: START + minutes * MINUTE),
            st.integers(-48 * 60, 48 * 60).map(lambda minutes: START + minutes * MINUTE - US),
        ),
        st.sampled_from(["MITTE", "POTS"]),
        st.sampled_from(["acme", "globex", None]),
        st.sampled_from(KINDS),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(SCANS, st.integers(1, 5))
def test_rows_are_those_of_a_plain_count_however_the_scans_are_cut(scans: list[Scan], size: int) -> None:
    batch = scanned(scans)
    parts = [by_minute(batch.slice(at, size)) for at in range(0, len(scans), size)]
    assert rows(sliding(parts)) == plain(scans)
    assert sliding(reversed(parts)).equals(sliding(parts))


def test_a_scan_lies_in_fifteen_windows_and_not_in_the_one_that_ends_with_it() -> None:
    found = rows(sliding([by_minute(scanned([Scan(START)]))]))
    assert [start for start, *_ in found] == [START - 14 * MINUTE + n * MINUTE for n in range(15)]
    assert all(start <= START < end for start, end, *_ in found)


def test_only_scans_count_and_only_those_that_are_not_too_late() -> None:
    others = place(decode(messages([event(created())]), 10**15, KEY)["valid"], HOUR_US)["events"]
    assert by_minute(others).num_rows == 0
    late, too_late = START + HOUR, START + 2 * HOUR
    assert by_minute(scanned([Scan(START)], late)).num_rows == 1
    assert by_minute(scanned([Scan(START)], too_late)).num_rows == 0


def test_nothing_gives_an_empty_batch() -> None:
    assert sliding([]).num_rows == 0


def test_the_stage_gives_the_same_rows_by_any_number_of_shards() -> None:
    scans = [Scan(START + n * MINUTE, f"F{n % 7}", kind=KINDS[n % 2]) for n in range(60)]
    batch = scanned(scans)
    for shards in (1, 3):
        with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
            parts = pipeline | beam.Create([batch.slice(0, 10), batch.slice(10)])
            found = (parts | Throughput(shards))["throughput"]
            assert_that(found, holds(plain(scans)))


def holds(expected: list[Row]):
    def check(batches: list[pa.RecordBatch]) -> None:
        assert sorted(row for batch in batches for row in rows(batch)) == expected

    return check
