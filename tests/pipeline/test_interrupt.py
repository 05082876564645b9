"""Ctrl-C inside Beam comes out as Ctrl-C; every other failure stays what it is."""

import logging

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.interrupt import keyboard_interrupt


def _run(error: BaseException) -> None:
    def fail(_: int) -> int:
        raise error

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = pipeline | beam.Create([1]) | beam.Map(fail)


def test_ctrl_c_in_a_stage_is_a_keyboard_interrupt_and_logs_nothing(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR), pytest.raises(KeyboardInterrupt), keyboard_interrupt():
        _run(KeyboardInterrupt())
    assert not [record for record in caplog.records if record.name == "apache_beam.runners.common"]


def test_another_failure_is_not_an_interrupt_and_is_logged(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="broken"), keyboard_interrupt():
        _run(ValueError("broken"))
    assert [record for record in caplog.records if "broken" in record.getMessage()]
