"""Ctrl-C inside Beam comes out as Ctrl-C, a sentence for people as that sentence; a bug stays what it is."""

import logging

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.interface import BackendError
from pipeline.plain_errors import plain_errors


def _run(error: BaseException) -> None:
    def fail(_: int) -> int:
        raise error

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = pipeline | beam.Create([1]) | beam.Map(fail)


def _of_beam(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "apache_beam.runners.common"]


def test_ctrl_c_in_a_stage_is_a_keyboard_interrupt_and_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(KeyboardInterrupt), plain_errors():
        _run(KeyboardInterrupt())
    assert not _of_beam(caplog)


def test_a_sentence_for_people_stays_that_sentence_and_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(BackendError) as refusal, plain_errors():
        _run(BackendError("the warehouse is full; name another"))
    assert str(refusal.value) == "the warehouse is full; name another"
    assert not _of_beam(caplog)


def test_a_bug_is_not_an_interrupt_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="broken"), plain_errors():
        _run(ValueError("broken"))
    assert [record for record in _of_beam(caplog) if "broken" in record.getMessage()]
