"""The log as a stream: by arrival, in steps of the watermark, every row once and in its epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner

from backends.epochs import EPOCH_US, epoch_end_us
from backends.interface import APPENDED, MESSAGE
from backends.local import replay
from backends.local.event_log import LocalEventLog
from backends.local.segment import SegmentWriter, segment_path

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
EPOCH = timedelta(microseconds=EPOCH_US)
US = timedelta(microseconds=1)
_SEEN: list[tuple[int, int, list[dict[str, Any]]]] = []


def batch(arrivals: list[datetime], key: str = "k") -> pa.RecordBatch:
    rows = [{"key": f"{key}{n}", "attributes": [], "value": b"{}", "ingest_time": at} for n, at in enumerate(arrivals)]
    return pa.RecordBatch.from_pylist(rows, schema=APPENDED)


class _See(beam.DoFn):
    def process(self, rows: pa.RecordBatch, timestamp: Any = beam.DoFn.TimestampParam) -> None:
        import test_log_replay

        test_log_replay._SEEN.append((timestamp.micros, rows.num_rows, rows.to_pylist()))


def streamed(folder: Path) -> list[tuple[int, int, list[dict[str, Any]]]]:
    _SEEN.clear()
    options = PipelineOptions(["--streaming"])
    with beam.Pipeline(runner=BundleBasedDirectRunner(), options=options) as pipeline:
        pipeline | LocalEventLog.opened(folder).source(streaming=True) | beam.ParDo(_See())
    return list(_SEEN)


def test_the_edges_of_an_epoch_are_exact() -> None:
    arrivals = pa.array([START - US, START, START + US, START + EPOCH, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)])
    ends = [timedelta(microseconds=int(end)) for end in epoch_end_us(arrivals)]
    since_1970 = START - datetime(1970, 1, 1, tzinfo=UTC)
    assert ends == [since_1970, since_1970, since_1970 + EPOCH, since_1970 + EPOCH, timedelta(0)]


def test_every_row_comes_once_by_arrival_and_never_behind_the_watermark(tmp_path: Path) -> None:
    arrivals = [START + n * timedelta(seconds=37) for n in range(400)]
    with LocalEventLog(tmp_path, 3) as log:
        log.append(batch(arrivals))
    seen = streamed(tmp_path)
    assert sorted(row["ingest_time"] for _, _, rows in seen for row in rows) == arrivals
    for at_us, _, rows in seen:
        ends = epoch_end_us(pa.array([row["ingest_time"] for row in rows]))
        assert ends.min() - EPOCH_US < at_us < ends.min()
        assert ends.max() - ends.min() <= 3600 * 1_000_000
    assert [at for at, _, _ in seen] == sorted(at for at, _, _ in seen)


def test_a_busy_epoch_comes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PART_ROWS", 100)
    for _ in range(5):
        with LocalEventLog(tmp_path, 1) as log:
            log.append(batch([START] * 60))
    assert [rows for _, rows, _ in streamed(tmp_path)] == [60] * 5
    parts = list(replay._parts((EPOCH_US, replay.Piece("a", n, 0, 40, True)) for n in range(5)))
    assert [len(part.pieces) for part in parts] == [2, 2, 1]


def test_the_watermark_waits_for_all_parts_of_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PART_ROWS", 100)
    piece = replay.Piece("a", 0, 0, 60, True)
    events = list(replay._events({EPOCH_US: [piece], 2 * EPOCH_US: [piece, piece], 4 * EPOCH_US: [piece]}))
    told = [event.new_watermark.micros if hasattr(event, "new_watermark") else "rows" for event in events]
    assert told == ["rows", EPOCH_US, "rows", "rows", 2 * EPOCH_US, "rows", 4 * EPOCH_US]


def test_a_log_that_somebody_shuffled_comes_by_arrival_all_the_same(tmp_path: Path) -> None:
    """Batches of a segment are asked for in another order than they stand in, one of them twice."""
    hour = timedelta(hours=1)
    batches = [[START + 2 * hour], [START, START + 8 * hour], [START + 4 * hour, START + 6 * hour]]
    writer = SegmentWriter(segment_path(tmp_path, 0, 0))
    for number, arrivals in enumerate(batches):
        place = [pa.array([0] * len(arrivals), pa.int32()), pa.array([10 * number + n for n in range(len(arrivals))])]
        writer.write(pa.RecordBatch.from_arrays([*place, *batch(arrivals).columns], schema=MESSAGE))
    writer.close()
    seen = [(row["ingest_time"], row["offset"]) for _, _, rows in streamed(tmp_path) for row in rows]
    assert seen == [(START + 2 * n * hour, offset) for n, offset in enumerate((10, 0, 20, 21, 11))]
