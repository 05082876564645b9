"""The local event log: what goes in comes out, once, in order, with the same bytes however it was appended."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from backends.interface import APPENDED, VALUE_BYTES_MAX, BackendError, TornSegment
from backends.local import event_log
from backends.local.event_log import LocalEventLog, read_log
from backends.local.segment import read_segment, segment_paths


def messages(rows: int, first: int = 0) -> pa.RecordBatch:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    return pa.RecordBatch.from_pylist(
        [
            {
                "key": f"key {n % 7}",
                "attributes": [("event_type", "facility.scan"), ("n", str(n))],
                "value": b"\xff\x00" + str(n).encode(),
                "ingest_time": start + timedelta(microseconds=n),
            }
            for n in range(first, first + rows)
        ],
        schema=APPENDED,
    )


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    return "\n".join(parts)


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "BATCH_ROWS", 10)
    monkeypatch.setattr(event_log, "SEGMENT_ROWS", 20)


@pytest.mark.usefixtures("_small")
def test_what_is_appended_is_read_at_the_place_given(tmp_path: Path) -> None:
    sent = messages(100)
    with LocalEventLog(tmp_path, 3) as log:
        places = log.append(sent)
    read = pa.Table.from_batches(read_log(tmp_path)).sort_by("ingest_time")
    assert read.select(["partition", "offset"]).to_pylist() == places.to_pylist()
    assert read.select(APPENDED.names).to_pylist() == sent.to_pylist()


@pytest.mark.usefixtures("_small")
def test_offsets_rise_by_one_in_each_partition_across_reopening(tmp_path: Path) -> None:
    for first in (0, 40, 55):
        with LocalEventLog(tmp_path, 3) as log:
            log.append(messages(40, first))
    read = pa.Table.from_batches(read_log(tmp_path))
    for partition in range(3):
        offsets = read.filter(pa.compute.field("partition") == partition)["offset"].to_pylist()
        assert offsets == list(range(len(offsets)))
    assert read.num_rows == 120
    assert len(set(read["partition"].to_pylist())) > 1


@pytest.mark.usefixtures("_small")
def test_bytes_do_not_depend_on_the_size_of_appends(tmp_path: Path) -> None:
    everything = messages(95)
    for name, size in (("one", 95), ("many", 4)):
        with LocalEventLog(tmp_path / name, 2) as log:
            for start in range(0, 95, size):
                log.append(everything.slice(start, size))
    assert digest(tmp_path / "one") == digest(tmp_path / "many")


def test_a_message_too_large_for_a_log_is_refused_with_all_beside_it(tmp_path: Path) -> None:
    rows = messages(2)
    large = rows.set_column(2, APPENDED.field("value"), pa.array([b"", b"x" * (VALUE_BYTES_MAX + 1)]))
    with LocalEventLog(tmp_path, 1) as log, pytest.raises(BackendError, match="larger than a log takes"):
        log.append(large)
    assert list(read_log(tmp_path)) == []


def test_a_log_is_opened_for_reading_without_knowing_its_partitions(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no event log"):
        LocalEventLog.opened(tmp_path)
    with LocalEventLog(tmp_path, 3) as log:
        log.append(messages(40))
    opened = LocalEventLog.opened(tmp_path)
    with pytest.raises(BackendError, match="opened for reading"):
        opened.append(messages(1))
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        rows = pipeline | opened.source() | beam.Map(len) | beam.CombineGlobally(sum)
        assert_that(rows, equal_to([40]))


def test_nothing_is_in_view_before_close(tmp_path: Path) -> None:
    log = LocalEventLog(tmp_path, 1)
    log.append(messages(5))
    assert list(read_log(tmp_path)) == []
    log.close()
    assert sum(batch.num_rows for batch in read_log(tmp_path)) == 5


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("cut", [1, 8, 60, 700])
def test_a_torn_file_gives_what_is_whole_and_then_says_so(tmp_path: Path, cut: int) -> None:
    with LocalEventLog(tmp_path, 1) as log:
        log.append(messages(40))
    torn_file = segment_paths(tmp_path)[0]
    torn_file.write_bytes(torn_file.read_bytes()[:-cut])
    reader = read_log(tmp_path)
    whole = 20 if cut <= 8 else 10
    rows = 0
    for _ in range(whole // 10):
        rows += next(reader).num_rows
    assert rows == whole
    with pytest.raises(TornSegment, match=torn_file.name):
        next(reader)
    tears: list[TornSegment] = []
    assert sum(batch.num_rows for batch in read_log(tmp_path, tears.append)) == whole + 20
    assert len(tears) == 1


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("size", [0, 7, 300])
def test_a_file_cut_to_almost_nothing_is_torn(tmp_path: Path, size: int) -> None:
    with LocalEventLog(tmp_path, 1) as log:
        log.append(messages(20))
    torn_file = segment_paths(tmp_path)[0]
    torn_file.write_bytes(torn_file.read_bytes()[:size])
    with pytest.raises(TornSegment):
        list(read_log(tmp_path))


def test_every_cut_of_a_segment_is_noticed(tmp_path: Path) -> None:
    with LocalEventLog(tmp_path, 1) as log:
        log.append(messages(3))
    path = segment_paths(tmp_path)[0]
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(TornSegment):
            list(read_log(tmp_path))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    """One whole segment of five messages, the only file of its log."""
    with LocalEventLog(tmp_path, 1) as log:
        log.append(messages(5))
    (path,) = segment_paths(tmp_path)
    return path


@pytest.mark.parametrize(
    "tail", [b"x", b"\n", b"\x00" * 8, b"\xff" * 8, b"\xff\xff\xff\xff\xff\xff\xff\x7f", b"garbage " * 99]
)
def test_what_follows_the_end_mark_is_a_tear(segment: Path, tail: bytes) -> None:
    segment.write_bytes(segment.read_bytes() + tail)
    read = read_segment(segment)
    assert next(read).num_rows == 5
    with pytest.raises(TornSegment, match=rf"{segment.name}: torn at byte .* of "):
        next(read)


def test_a_segment_written_behind_itself_gives_its_rows_twice(segment: Path) -> None:
    segment.write_bytes(segment.read_bytes() * 2)
    rows = pa.Table.from_batches(read_segment(segment))
    assert rows["offset"].to_pylist() == [*range(5)] * 2


def test_a_second_stream_that_was_cut_is_a_tear(segment: Path) -> None:
    segment.write_bytes((segment.read_bytes() * 2)[:-8])
    assert sum(batch.num_rows for batch in read_log(segment.parents[1], lambda _: None)) == 10
    with pytest.raises(TornSegment, match="stops before its end mark"):
        list(read_segment(segment))


def test_a_flipped_bit_is_a_tear_or_gives_rows_and_never_crashes(segment: Path) -> None:
    whole = segment.read_bytes()
    tears = 0
    for place in range(len(whole)):
        for bit in (0, 3, 7):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            segment.write_bytes(flipped)
            try:
                for batch in read_segment(segment):
                    batch.drop_columns(["ingest_time"]).to_pylist()
            except TornSegment:
                tears += 1
    assert tears > len(whole) / 2


def test_a_batch_ends_with_the_message_that_brings_it_to_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "BATCH_BYTES", 9)
    with LocalEventLog(tmp_path / "at once", 1) as log:
        log.append(messages(7))
    with LocalEventLog(tmp_path / "one by one", 1) as log:
        for first in range(7):
            log.append(messages(1, first))
    assert [batch.num_rows for batch in read_log(tmp_path / "at once")] == [3, 3, 1]
    assert digest(tmp_path / "at once") == digest(tmp_path / "one by one")
