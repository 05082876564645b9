"""The structured log: JSON lines with fields that are agreed on, and nothing of a payload in any of them."""

import io
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pipeline_messages import Process, appended, created, event, scan

from backends.interface import BackendError
from backends.stage_failed import StageFailed
from pipeline.structured_log import FIELDS, log_file, log_to_stderr, structured_log

LOGGER = logging.getLogger("pipeline.somewhere")


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_the_agreed_fields_and_no_others(stream: io.StringIO) -> None:
    with structured_log(logging.StreamHandler(stream), "run-1"):
        LOGGER.info("a\nb", extra={"stage": "decode", "tenant_id": None, "payload": "Ada Lovelace"})
    (line,) = lines(stream)
    time = datetime.fromisoformat(line.pop("time"))
    assert time.tzinfo is not None
    assert line == {
        "severity": "INFO",
        "message": "a\nb",
        "logger": "pipeline.somewhere",
        "run_id": "run-1",
        "stage": "decode",
    }


@pytest.mark.parametrize("of_all", [False, True])
def test_nobody_else_hears_it_meanwhile_and_then_all_is_as_it_was(stream: io.StringIO, of_all: bool) -> None:
    others = io.StringIO()
    root = logging.getLogger()
    other = logging.StreamHandler(others)
    root.addHandler(other)
    loggers = [root, *(logging.getLogger(name) for name in ("pipeline", "backends"))]
    before = [(one.level, list(one.handlers), one.propagate) for one in loggers]
    try:
        with structured_log(logging.StreamHandler(stream), "run-1", of_all):
            LOGGER.info("meanwhile")
        assert [(one.level, list(one.handlers), one.propagate) for one in loggers] == before
        LOGGER.error("after")
    finally:
        root.removeHandler(other)
    assert [line["message"] for line in lines(stream)] == ["meanwhile"]
    assert others.getvalue() == "after\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BackendError("the disk is full"), "the disk is full"),
        (StageFailed("stage decode: ValueError at a.py:1"), "stage decode: ValueError at a.py:1"),
        (ValueError("Ada Lovelace"), "crashed; the error's own words may quote data, and are left out"),
    ],
)
def test_what_ends_a_run_is_told_and_goes_on_its_way(stream: io.StringIO, error: Exception, said: str) -> None:
    def fail() -> None:
        with structured_log(logging.StreamHandler(stream), "run-1"):
            raise error

    with pytest.raises(type(error)):
        fail()
    (line,) = lines(stream)
    assert (line["severity"], line["message"]) == ("ERROR", said)
    assert "Lovelace" not in stream.getvalue()
    assert ("error" in line) == isinstance(error, ValueError)


def test_stopping_is_told(stream: io.StringIO) -> None:
    def stop() -> None:
        with structured_log(logging.StreamHandler(stream), "run-1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert lines(stream)[0]["message"] == "stopped by Ctrl-C"


def test_a_run_tells_its_start_what_it_refused_its_stages_and_its_commit(process: Process, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.log.jsonl"
    with structured_log(log_file(path), "run-1"):
        process([appended([event(created(), "e1"), event(scan(), "e2"), event(scan(), "e2"), b"{"])])
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert all(set(line) <= {"time", "severity", "message", "logger", *FIELDS} for line in told)
    assert told[0]["message"] == "started"
    assert told[0]["settings"]["mode"] == "batch"
    assert len(told[0]["key_ids"]) == 1
    assert [line["code"] for line in told if line["severity"] == "NOTICE"] == ["bad_json"]
    assert len([line["commit_id"] for line in told if line["message"] == "committed"]) == 1
    stages = {line["stage"]: line for line in told if line["message"].startswith("done: ")}
    assert stages["decode"]["rows"] == {"valid": 3, "rejected": 1}
    assert stages["dedupe"]["rows"] == {"first": 2, "duplicate": 1}
    assert stages["tokenise"]["seconds"] >= 0
    assert not any(
        value in path.read_text() for value in ("Ada", "Lovelace", "ada@example.org", "+49", "0123456789abcdef")
    )


def test_stderr_is_json_lines_or_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with log_to_stderr(as_json=True):
        LOGGER.info("ours")
        logging.getLogger("apache_beam").info("theirs")
        logging.getLogger("apache_beam").warning("theirs, and a warning")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in told] == ["ours", "theirs, and a warning"]
    with log_to_stderr(as_json=False):
        LOGGER.info("ours")
    assert capsys.readouterr().err == ""
