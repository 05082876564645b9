"""Time by stage: each second counts once, for the stage that was at work in it."""

import threading
from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

import backends.stage_work
from backends.stage_failed import StageFailed
from backends.stage_work import at_work, stage_seconds


class Clock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(backends.stage_work, "perf_counter", clock)
    return clock


@pytest.fixture
def worked(clock: Clock):
    before = stage_seconds()
    return lambda: {stage: seconds for stage, seconds in stage_seconds(before).items() if seconds}


def test_a_stages_clock_stands_still_while_another_is_at_work_inside(clock: Clock, worked) -> None:
    with at_work("outer"):
        clock.now += 1
        with at_work("inner"):
            clock.now += 10
        clock.now += 2
        with at_work("inner"):
            clock.now += 20
    assert worked() == {"outer": 3.0, "inner": 30.0}


def test_time_between_spells_counts_for_nobody(clock: Clock, worked) -> None:
    for _ in range(2):
        with at_work("one"):
            clock.now += 1
        clock.now += 50
    assert worked() == {"one": 2.0}


def test_a_failed_stage_has_worked_and_tells_no_value(clock: Clock, worked) -> None:
    def fail() -> None:
        with at_work("outer"), at_work("inner"):
            clock.now += 1
            raise ValueError("Linda Finch")

    with pytest.raises(StageFailed) as failure:
        fail()
    assert "Linda" not in str(failure.value)
    assert worked() == {"inner": 1.0}
    with at_work("outer"):
        clock.now += 4
    assert worked() == {"inner": 1.0, "outer": 4.0}


def test_a_generator_left_half_way_does_not_stop_the_clocks_of_others(clock: Clock, worked) -> None:
    def half_way() -> Iterator[int]:
        with at_work("left"):
            yield 1
            yield 2

    with at_work("outer"):
        left = half_way()
        next(left)
        clock.now += 1
    left.close()
    with at_work("after"):
        clock.now += 2
    assert worked()["after"] == 2.0


def test_threads_add_up(clock: Clock, worked) -> None:
    entered = threading.Barrier(3)

    def work() -> None:
        with at_work("shared"):
            entered.wait(10)
            entered.wait(10)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait(10)
    clock.now += 5
    entered.wait(10)
    for thread in threads:
        thread.join()
    assert worked() == {"shared": 10.0}


class _Work(beam.DoFn):
    def process(self, number: int) -> Iterator[int]:
        with at_work("counted"):
            yield number


def test_beam_counts_the_same_time() -> None:
    before = stage_seconds()
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    _ = pipeline | beam.Create(list(range(500))) | beam.ParDo(_Work()) | beam.Map(lambda number: sum(range(number)))
    result = pipeline.run()
    result.wait_until_finish()
    (counter,) = result.metrics().query(beam.metrics.MetricsFilter().with_name("work_us"))["counters"]
    assert counter.key.metric.namespace == "counted"
    assert counter.committed > 0
    assert counter.committed / 1e6 == pytest.approx(stage_seconds(before)["counted"], abs=500e-6)
