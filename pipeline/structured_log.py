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
def structured_log(handler: logging.Handler, run_id: str, loggers: tuple[str, ...] = _OURS) -> Iterator[None]:
    """Write what ``loggers`` log meanwhile with a handler: of ours from INFO on, of others from where they are set to.

    What ends the block early is written as well, before it goes on its way.
    """
    handler.setFormatter(JsonLines(run_id))
    levels = {name: logging.getLogger(name).level for name in _OURS}
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in loggers:
        logging.getLogger(name).addHandler(handler)
    try:
        yield
    except KeyboardInterrupt:
        _LOGGER.error("stopped by Ctrl-C")
        raise
    except Exception as error:
        _tell(error)
        raise
    finally:
        for name in loggers:
            logging.getLogger(name).removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        handler.close()


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
    with structured_log(logging.StreamHandler(), run_id, loggers=("",)):
        yield


def _tell(error: Exception) -> None:
    """Log what an error says if it was worded by us; the words of any other may quote data."""
    if isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _WORDED:
        _LOGGER.error("%s", error)
    else:
        _LOGGER.error("crashed; the error's own words may quote data, and are left out", exc_info=error)
