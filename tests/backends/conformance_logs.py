"""What every event log must do, whatever it is made of: subclass, and give the fixture.

A backend that needs a server gives the same fixture, and skips with the command that would start it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.interface import APPENDED, MESSAGE, POSITION, VALUE_BYTES_MAX, BackendError, EventLog

START = datetime(2026, 3, 2, 23, 59, 59, 999_990, tzinfo=UTC)
VALUES = [
    b"",
    b"plain",
    b"\xff\xfe\x00",
    "é 😀 \u2028 \ufeff".encode(),
    b'{"a": "\\"\\\\"}\r\n',
    b"\x00\x1f",
    b"x" * 1_500_000,
]
ATTRIBUTES: list[list[tuple[str, str | None]]] = [
    [],
    [("event_type", "facility.scan"), ("tenant_id", "acme")],
    [("event_type", 'no such "type"\\'), ("é\u2028", "\x07 😀")],
    [("tenant_id", None)],
]
"""By name, as an archive keeps them: a map has no order."""


def messages(count: int = 40, first: int = 0) -> pa.RecordBatch:
    """Messages of every shape, each arriving a microsecond after the one before, over midnight."""
    rows = [
        {
            "key": f"key {n % 7}",
            "attributes": sorted(ATTRIBUTES[n % len(ATTRIBUTES)]),
            "value": VALUES[n % len(VALUES)] if n < len(VALUES) * len(ATTRIBUTES) else str(n).encode(),
            "ingest_time": START + timedelta(microseconds=n),
        }
        for n in range(first, first + count)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=APPENDED)


def read(log: EventLog) -> pa.Table:
    """All messages that the log's source gives, by arrival."""
    with tempfile.TemporaryDirectory() as folder:
        with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
            _ = pipeline | log.source() | beam.ParDo(_Keep(folder))
        kept = [pa.ipc.open_stream(path.read_bytes()).read_all() for path in sorted(Path(folder).iterdir())]
    tables = [table.replace_schema_metadata(None) for table in kept]
    assert all(table.schema.equals(MESSAGE) for table in tables)
    return pa.concat_tables(tables or [MESSAGE.empty_table()]).sort_by("ingest_time")


class _Keep(beam.DoFn):
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, batch: pa.RecordBatch) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as stream:
            stream.write_batch(batch)
        (Path(self._folder) / uuid4().hex).write_bytes(sink.getvalue())


class ReadingConformance:
    """What may be read. The fixture ``log_of`` makes a log of some messages, and says where they stand in it."""

    @pytest.fixture
    def log_of(self, tmp_path: Path) -> Callable[[pa.RecordBatch], tuple[EventLog, pa.RecordBatch]]:
        raise NotImplementedError

    def test_what_was_written_is_read_byte_for_byte_at_its_place(
        self, log_of: Callable[[pa.RecordBatch], tuple[EventLog, pa.RecordBatch]]
    ) -> None:
        sent = messages()
        log, places = log_of(sent)
        found = read(log)
        assert found.select(APPENDED.names).to_pylist() == sent.to_pylist()
        assert found.select(POSITION.names).to_pylist() == places.to_pylist()

    def test_it_can_be_read_again(self, log_of: Callable[[pa.RecordBatch], tuple[EventLog, pa.RecordBatch]]) -> None:
        log, _ = log_of(messages(9))
        assert read(log).equals(read(log))


class EventLogConformance(ReadingConformance):
    """A log that can be written. The fixture ``opened`` opens the same log each time that it is called."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], EventLog]:
        raise NotImplementedError

    @pytest.fixture
    def log_of(self, opened: Callable[[], EventLog]) -> Callable[[pa.RecordBatch], tuple[EventLog, pa.RecordBatch]]:
        def made(sent: pa.RecordBatch) -> tuple[EventLog, pa.RecordBatch]:
            log = opened()
            places = log.append(sent)
            log.close()
            return opened(), places

        return made

    def test_places_are_unique_and_rise_with_arrival_in_each_partition(self, opened: Callable[[], EventLog]) -> None:
        places = [place for part in _appended(opened) for place in part.to_pylist()]
        assert len({(place["partition"], place["offset"]) for place in places}) == len(places)
        for partition in {place["partition"] for place in places}:
            offsets = [place["offset"] for place in places if place["partition"] == partition]
            assert offsets == sorted(offsets)

    def test_what_was_appended_before_stays(self, opened: Callable[[], EventLog]) -> None:
        list(_appended(opened))
        assert read(opened())["ingest_time"].to_pylist() == messages(60)["ingest_time"].to_pylist()

    def test_one_key_stays_in_one_partition(self, opened: Callable[[], EventLog]) -> None:
        list(_appended(opened))
        found = read(opened())
        pairs = set(zip(found["key"].to_pylist(), found["partition"].to_pylist(), strict=True))
        assert len(pairs) == len({key for key, _ in pairs})

    def test_no_message_is_no_harm(self, opened: Callable[[], EventLog]) -> None:
        log = opened()
        assert log.append(messages(0)).num_rows == 0
        log.append(messages(1))
        log.close()
        assert read(opened()).num_rows == 1

    def test_a_message_too_large_is_refused_with_all_beside_it(self, opened: Callable[[], EventLog]) -> None:
        rows = messages(2)
        value = pa.array([b"small", b"x" * (VALUE_BYTES_MAX + 1)])
        log = opened()
        with pytest.raises(BackendError, match="larger"):
            log.append(rows.set_column(2, APPENDED.field("value"), value))
        log.append(messages(1))
        log.close()
        assert read(opened()).num_rows == 1


def _appended(opened: Callable[[], EventLog]) -> Iterator[pa.RecordBatch]:
    """Sixty messages in three appends, the log closed after two of them; gives their places."""
    log = opened()
    yield log.append(messages(20))
    yield log.append(messages(10, 20))
    log.close()
    log = opened()
    yield log.append(messages(30, 30))
    log.close()
