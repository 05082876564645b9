"""What the pipeline says while it runs, as JSON lines: for a log collector, or for whoever looks for what went wrong.

``time``, ``severity`` and ``message`` are the names that Google Cloud Logging knows; other fields are those in
``FIELDS`` and no others. No field holds a value of a payload, and neither does the account of an error.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from backends.stage_failed import kind_and_lines

NOTICE = 25
"""Normal, but worth a look: between INFO and WARNING, as with Google Cloud Logging."""
FIELDS = (
    "run_id",
    "stage",
    "event_type",
    "tenant_id",
    "trace_id",
    "code",
    "log_partition",
    "log_offset",
    "rows",
    "seconds",
    "settings",
    "key_ids",
    "commit_id",
)
_OURS = ("pipeline", "backends")
_WORDED = ("pipeline", "backends", "sim", "__main__")
_LOGGER = logging.getLogger("pipeline")

logging.addLevelName(NOTICE, "NOTICE")


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "severity": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "run_id": self._run_id,
        }
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if record.exc_info and record.exc_info[1]:
            line["error"] = kind_and_lines(record.exc_info[1])
        return msgspec.json.encode(line).decode()


@contextmanager
def structured_log(handler: logging.Handler, run_id: str, of_all: bool = False) -> Iterator[None]:
    """Write with a handler, and in no other way, what our loggers log meanwhile from INFO on.

    With ``of_all`` also what others log, from where they are set to. What ends the block early is written as well,
    before it goes on its way.
    """
    handler.setFormatter(JsonLines(run_id))
    try:
        with _heard_by(handler, of_all):
            try:
                yield
            except KeyboardInterrupt:
                _LOGGER.error("stopped by Ctrl-C")
                raise
            except Exception as error:
                _tell(error)
                raise
    finally:
        handler.close()


@contextmanager
def _heard_by(handler: logging.Handler, of_all: bool) -> Iterator[None]:
    """Our loggers, or the root of all, have this handler alone; then all is as it was."""
    ours = [logging.getLogger(name) for name in _OURS]
    heard = [logging.getLogger()] if of_all else ours
    before = [(logger, logger.level, logger.handlers, logger.propagate) for logger in {*ours, *heard}]
    for logger in ours:
        logger.setLevel(logging.INFO)
        logger.propagate = of_all
    for logger in heard:
        logger.handlers = [handler]
    try:
        yield
    finally:
        for logger, level, handlers, propagate in before:
            logger.setLevel(level)
            logger.handlers, logger.propagate = handlers, propagate


def log_file(path: Path) -> logging.Handler:
    """A handler that writes a file anew, as soon as there is something to write."""
    return logging.FileHandler(path, mode="w", encoding="utf-8", delay=True)


@contextmanager
def log_to_stderr(as_json: bool) -> Iterator[None]:
    """Write whatever is logged meanwhile as JSON lines to stderr, or leave all as it is."""
    if not as_json:
        yield
        return
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    with structured_log(logging.StreamHandler(), run_id, of_all=True):
        yield


def _tell(error: Exception) -> None:
    """Log what an error says if it was worded by us; the words of any other may quote data."""
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _WORDED:
        _LOGGER.error("%s", error)
    else:
        _LOGGER.error("crashed; the error's own words may quote data, and are left out", exc_info=error)
