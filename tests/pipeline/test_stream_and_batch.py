"""Two modes, one pipeline: a stream ends in the tables of a batch, and has panes besides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn_by
from hypothesis import strategies as st
from pipeline_messages import (
    HOUR,
    HOUR_US,
    MINUTE,
    START,
    appended,
    created,
    driver,
    event,
    reference,
    scan,
    status,
    telemetry,
)
from warehouse_content import rows, snapshot

from backends.epochs import EPOCH_US
from backends.interface import BackendError
from backends.local.event_log import LocalEventLog
from backends.local.segment import segment_paths
from backends.local.warehouse import LocalWarehouse
from pipeline.build import STAGES, Settings, Stages, run
from pipeline.contract.tables import STREAMED, TABLES
from pipeline.stages.each_batch import EachBatch

PANES = "curated.kpi_5min_panes"
US = timedelta(microseconds=1)
Told = tuple[bytes, datetime]
Run = Callable[..., LocalWarehouse]

VALUES = (
    event(created(), "e1"),
    event(status(), "e2"),
    event(status(), "e3"),
    event(status(status="delivered"), "e2"),
    event(status("S2"), "e4", at=START + 7 * MINUTE),
    event(scan(), "e5"),
    event(scan("S2"), "e5"),
    event(scan("S3", "POTS"), "e6", tenant_id=None),
    event(driver(), "e7"),
    event(telemetry(), "e8"),
    event(scan(), "e9", at=START - 9 * HOUR),
    b"{",
    b"\xff",
)
TOLD = [(value, START + MINUTE + n * 40 * timedelta(seconds=1)) for n, value in enumerate(VALUES * 2)]


@pytest.fixture
def in_mode(tmp_path: Path, settings: Settings) -> Run:
    """Runs the pipeline in a mode, over messages and when each arrives."""

    def run_over(
        mode: str, told: Sequence[Told], stages: Stages = STAGES, *, size: int = 5, partitions: int = 2, **changes: Any
    ) -> LocalWarehouse:
        folder = tmp_path / f"{mode}-{len(list(tmp_path.iterdir()))}"
        _write(folder / "log", told, size, partitions)
        warehouse = LocalWarehouse(folder / "warehouse", list(TABLES.values()))
        changed = replace(settings, mode=mode, **changes)
        run(LocalEventLog(folder / "log", 2), warehouse, reference(), changed, stages)
        return warehouse

    return run_over


def _write(folder: Path, told: Sequence[Told], size: int, partitions: int) -> None:
    """The messages in order of arrival; each batch that is closed makes a segment of its own."""
    for at in range(0, len(told), size):
        with LocalEventLog(folder, partitions) as log:
            for value, arrival in told[at : at + size]:
                log.append(appended([value], arrival))


def tables(warehouse: LocalWarehouse, *but: str) -> dict[str, list[str]]:
    return snapshot(warehouse, [spec for spec in STREAMED if spec.name not in but])


def test_both_modes_end_in_the_same_tables(in_mode: Run) -> None:
    batch, stream = in_mode("batch", TOLD), in_mode("streaming", TOLD)
    assert tables(stream, PANES) == tables(batch, PANES)
    assert rows(batch, PANES) == []
    assert {row["timing"] for row in rows(stream, PANES)} == {"early", "on_time", "late"}


def test_lateness_that_is_allowed_of_one_type_alone_makes_panes(in_mode: Run) -> None:
    """Scans may come hours later than any other event; Beam must not drop them for that."""
    late = START + 5 * MINUTE + 6 * HOUR
    told = [(event(scan(), "a"), START), (event(status(), "b"), late), (event(scan(), "c"), late + US)]
    allowed = {"lateness_us_by_type": {"facility.scan": 6 * HOUR_US + 1}}
    batch, stream = (in_mode(mode, told, **allowed) for mode in ("batch", "streaming"))
    assert tables(stream, PANES) == tables(batch, PANES)
    assert [row["event_type"] for row in rows(stream, "clean.too_late")] == ["shipment.status.changed"]
    panes = [(row["timing"], row["scans"]) for row in rows(stream, PANES) if row["window_start"] == START]
    assert sorted(panes) == [("early", 1), ("late", 2), ("on_time", 1)]


def test_the_last_pane_is_the_kpi(in_mode: Run) -> None:
    stream = in_mode("streaming", TOLD)
    last: dict[tuple[object, ...], dict[str, object]] = {}
    for row in sorted(rows(stream, PANES), key=lambda row: int(str(row["pane"]))):
        last[row["window_start"], row["tenant_id"], row["facility_id"]] = row
    kpis = rows(stream, "curated.kpi_5min")
    assert sorted(map(str, kpis)) == sorted(str({name: row[name] for name in kpis[0]}) for row in last.values())


ARRIVALS = st.one_of(
    st.integers(0, 12).map(lambda n: START + 8 * MINUTE + n * EPOCH_US * US),
    st.integers(0, 90 * 60).map(lambda s: START + 8 * MINUTE + timedelta(seconds=s)),
    st.sampled_from([START + 5 * MINUTE + HOUR + edge for edge in (-US, timedelta(0), US)]),
)


@pytest.mark.slow
@drawn_by(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VALUES), ARRIVALS), max_size=25), st.integers(1, 9), st.integers(1, 3))
def test_whatever_arrives_when_and_however_it_is_cut(
    in_mode: Run, told: list[Told], size: int, partitions: int
) -> None:
    told = sorted(told, key=lambda one: one[1])
    batch, stream = (in_mode(mode, told, size=size, partitions=partitions) for mode in ("batch", "streaming"))
    assert tables(stream, PANES) == tables(batch, PANES)


def test_an_empty_log_gives_empty_tables(in_mode: Run) -> None:
    stream = in_mode("streaming", [])
    assert rows(stream, "clean.events") == rows(stream, PANES) == []
    assert len(rows(stream, "ops.commits")) == 1


def test_the_same_stream_again_changes_nothing_and_another_is_refused(
    in_mode: Run, settings: Settings, tmp_path: Path
) -> None:
    stream = in_mode("streaming", TOLD)
    once = tables(stream)
    log = LocalEventLog.opened(next(tmp_path.glob("streaming-*/log")))
    run(log, stream, reference(), replace(settings, mode="streaming"))
    assert tables(stream) == once
    with pytest.raises(BackendError, match=r"name another folder$"):
        run(log, stream, reference(), replace(settings, mode="streaming", allowed_lateness_us=0))
    assert tables(stream) == once


class Stumble:
    """A stage's function that fails on its first calls, as a worker that is lost does."""

    calls = 0

    @classmethod
    def once_a_while(cls, events: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
        cls.calls += 1
        if cls.calls % 3 == 0:
            raise ValueError("lost")
        return {"valid": events}


@pytest.fixture
def stumbling() -> Iterator[Stages]:
    def broken(settings: Settings) -> beam.PTransform:
        return _AfterTokens(STAGES.tokenise(settings))

    Stumble.calls = 0
    yield replace(STAGES, tokenise=broken)
    assert Stumble.calls > 3


class _AfterTokens(beam.PTransform):
    def __init__(self, tokenise: beam.PTransform) -> None:
        super().__init__()
        self._tokenise = tokenise

    def expand(self, events):
        import test_stream_and_batch

        made = events | "Tokens" >> self._tokenise
        return made["valid"] | "Stumble" >> EachBatch("stumble", test_stream_and_batch.Stumble.once_a_while, ("valid",))


def test_bundles_that_are_run_again_change_nothing(in_mode: Run, stumbling: Stages) -> None:
    told = [(value, arrival + n * HOUR) for n in range(5) for value, arrival in TOLD]
    assert tables(in_mode("streaming", told, stumbling)) == tables(in_mode("streaming", told))


def test_a_torn_log_is_told_and_streamed_as_far_as_it_goes(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(tmp_path / "log", TOLD, 13, 1)
    torn = segment_paths(tmp_path / "log")[1]
    torn.write_bytes(torn.read_bytes()[:-100])
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    with caplog.at_level(logging.WARNING):
        counters = run(LocalEventLog(tmp_path / "log", 1), warehouse, reference(), replace(settings, mode="streaming"))
    assert len(rows(warehouse, "raw.messages")) == 13
    assert counters["log/torn_segments"] == 1
    assert counters["log/messages"] == 13
    assert torn.name in caplog.text


def test_a_stage_that_fails_says_so_once(in_mode: Run, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
        raise BackendError("the disk is full; make room")

    broken = replace(STAGES, windows=lambda _: EachBatch("windows", refuse, ("events", "too_late")))
    with caplog.at_level(logging.WARNING), pytest.raises(BackendError) as refusal:
        in_mode("streaming", TOLD, broken)
    assert str(refusal.value) == "the disk is full; make room"
    assert "Traceback" not in caplog.text
