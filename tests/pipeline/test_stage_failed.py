"""A stage that fails says where and how, and never with which value: that could be somebody's name."""

import errno
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from pipeline_messages import Process, appended, created, event, messages, scan, status

import backends.local.sink
import backends.local.source
import pipeline.stages.count
import pipeline.stages.dedupe
import pipeline.stages.kpi
from backends.interface import BackendError
from backends.stage_failed import StageFailed, naming, without_values
from pipeline.build import STAGES
from pipeline.stages.each_batch import EachBatch

NAME = "Linda Finch"


def stumble(*_: object, **__: object) -> Any:
    """What Arrow does with a name where it wants a number: its error quotes the name."""
    return pa.array([NAME]).cast(pa.int64())


def stumble_on_the_way(*_: object) -> Iterator[Any]:
    yield stumble()


def told(failure: pytest.ExceptionInfo[BaseException], log: pytest.LogCaptureFixture) -> str:
    logged = [logging.Formatter().format(record) for record in log.records]
    return "\n".join([*traceback.format_exception(failure.value), *logged])


PLACES: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "log": (backends.local.source, "read_segment", stumble_on_the_way),
    "stage": (pipeline.stages.dedupe, "stage", stumble),
    "first of id": (pipeline.stages.dedupe, "by_event_id", stumble),
    "first of status": (pipeline.stages.dedupe, "by_status", stumble),
    "settle": (pipeline.stages.dedupe, "settle", stumble),
    "count": (pipeline.stages.count, "counts", stumble),
    "sum of counts": (pipeline.stages.count, "sum_counts", stumble),
    "kpis": (pipeline.stages.kpi, "partial_kpis", stumble),
    "sum of kpis": (pipeline.stages.kpi, "sum_kpis", stumble),
    "write": (backends.local.sink, "write_files", stumble_on_the_way),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_value_comes_out_of_any_stage(
    process: Process, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    monkeypatch.setattr(*PLACES[place])
    with caplog.at_level(logging.DEBUG), pytest.raises(StageFailed, match="ArrowInvalid at ") as failure:
        process([appended([event(created(), "e1"), event(status(), "e2"), event(scan(), "e3")])])
    assert NAME not in told(failure, caplog)
    assert "test_stage_failed.py" in str(failure.value)


def test_no_value_comes_out_of_a_replaced_stage(process: Process, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(StageFailed, match="stage decode: ArrowInvalid") as failure:
        process(
            [appended([event(scan())])],
            replace(STAGES, decode=lambda _: EachBatch("decode", stumble, ("valid", "rejected"))),
        )
    assert NAME not in told(failure, caplog)


def test_a_full_disk_is_told_as_one_and_is_no_bug(
    process: Process, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> Iterator[Any]:
        raise OSError(errno.ENOSPC, NAME, "warehouse/part")
        yield

    monkeypatch.setattr(backends.local.sink, "write_files", refuse)
    with caplog.at_level(logging.DEBUG), pytest.raises(BackendError) as failure:
        process([appended([event(scan())])])
    assert str(failure.value) == "warehouse/part: No space left on device"
    assert NAME not in told(failure, caplog)


def test_an_error_of_arrow_s_that_looks_like_the_system_s_is_a_bug_like_others() -> None:
    with pytest.raises(StageFailed, match="OSError") as failure, without_values("write"):
        raise pa.ArrowIOError(NAME)
    assert NAME not in str(failure.value)


def test_what_we_worded_ourselves_stays() -> None:
    with pytest.raises(BackendError, match="the disk is full"), without_values("write"):
        raise BackendError("the disk is full")


def test_the_error_of_one_batch_is_told_once() -> None:
    with (
        pytest.raises(StageFailed) as failure,
        beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline,
    ):
        _ = pipeline | beam.Create([messages([event(scan())])]) | EachBatch("inner", stumble, ("out",))
    assert str(failure.value).count("stage ") == 1


def test_what_the_system_refuses_names_a_place_also_where_the_system_does_not() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    elsewhere = OSError(errno.EACCES, "Permission denied", "/elsewhere")
    for error, said in ((full, "/disk: No space left on device"), (elsewhere, "/elsewhere: Permission denied")):
        with pytest.raises(BackendError) as failure, without_values("write"), naming("/disk"):
            raise error
        assert str(failure.value) == said
