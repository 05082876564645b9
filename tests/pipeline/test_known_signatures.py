"""Beam's look-ups of what a DoFn takes: the same answers, one look at each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.coders import BytesCoder
from apache_beam.transforms import core, userstate
from apache_beam.transforms.userstate import BagStateSpec
from pipeline_messages import MINUTE, START, appended, event, reference, scan

from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.build import Settings, run
from pipeline.contract.tables import TABLES
from pipeline.known_signatures import known_signatures

STATE = beam.DoFn.StateParam(BagStateSpec("bag", BytesCoder()))


class WithState(beam.DoFn):
    def process(self, element: Any, bag: Any = STATE) -> Iterator[Any]:
        yield element, bag


class WithoutState(beam.DoFn):
    def process(self, element: Any, timestamp: Any = beam.DoFn.TimestampParam) -> Iterator[Any]:
        yield element, timestamp


def with_time(element: Any, at: Any = beam.DoFn.TimestampParam) -> Any:
    return element, at


DOFNS: tuple[Callable[[], beam.DoFn], ...] = (
    WithState,
    WithoutState,
    lambda: core.CallableWrapperDoFn(lambda element: element),
    lambda: core.CallableWrapperDoFn(with_time),
)


def answers() -> list[Any]:
    return [
        (userstate.get_dofn_specs(make()), core.get_function_arguments(make(), "process"))
        for make in (*DOFNS, *reversed(DOFNS))
    ]


def test_the_answers_are_those_of_beam() -> None:
    beams = answers()
    assert len({str(answer) for answer in beams}) == len(DOFNS)
    with known_signatures():
        assert answers() == beams


def test_each_method_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = looks(monkeypatch)
    with known_signatures():
        for _ in range(3):
            answers()
    assert looked_at[WithState, "process"] == looked_at[WithoutState, "process"] == 1


def test_a_stream_looks_once_however_long_it_is(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalEventLog(tmp_path / "log", 1) as log:
        for epoch in range(5):
            log.append(appended([event(scan(), str(epoch))], START + epoch * 5 * MINUTE))
    looked_at = looks(monkeypatch)
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    run(LocalEventLog(tmp_path / "log", 1), warehouse, reference(), replace(settings, mode="streaming"))
    stages = {(cls, name): times for (cls, name), times in looked_at.items() if cls.__module__.startswith("pipeline")}
    assert len(stages) > 10
    assert set(stages.values()) == {1}


def looks(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[type, str]]:
    """Counts how often Beam looks at a method, by class and name."""
    found: Counter[tuple[type, str]] = Counter()
    look = core.get_function_args_defaults

    def counted(method: Any) -> Any:
        found[type(getattr(method, "__self__", None)), method.__name__] += 1
        return look(method)

    monkeypatch.setattr(core, "get_function_args_defaults", counted)
    return found


def test_beam_is_left_as_it_was() -> None:
    before = userstate.get_dofn_specs, core.get_function_arguments
    with pytest.raises(ValueError, match="lost"), known_signatures():
        raise ValueError("lost")
    assert (userstate.get_dofn_specs, core.get_function_arguments) == before
