"""The failure of a stage, told without a word of what the error said.

Errors of Arrow, JSON or Python quote the value they stumbled over, and that may be somebody's name. Beam writes the
error of a stage into its log, and so does whoever prints the traceback. So no error leaves a stage as it is.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from backends.interface import BackendError


class StageFailed(Exception):
    """A bug: a stage raised. Says which stage, the kind of error and the lines that led to it, and no value."""


@contextmanager
def without_values(stage: str) -> Iterator[None]:
    """Turn an error into StageFailed. A BackendError was worded by us for people, and stays.

    What the system refuses (a full disk, a folder that may not be written) is no bug: it becomes a BackendError.
    """
    try:
        yield
    except (BackendError, StageFailed):
        raise
    except OSError as error:
        if error.errno is None:  # of Arrow, which has its own words for it
            raise _failed(stage, error) from None
        raise BackendError(f"{error.filename or stage}: {os.strerror(error.errno)}") from None
    except Exception as error:  # noqa: BLE001 (whatever it is, it may quote a value)
        raise _failed(stage, error) from None


@contextmanager
def naming(place: str | Path) -> Iterator[None]:
    """Let what the system refuses name a place if it names none: a full disk does not say which disk it is."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(place)) from None


def kind_and_lines(error: BaseException) -> str:
    """The kind of an error and the lines that led to it, without a word of its own."""
    return f"{type(error).__name__} at {_lines(error.__traceback__)}"


def _failed(stage: str, error: Exception) -> StageFailed:
    return StageFailed(f"stage {stage}: {kind_and_lines(error)} (its own words may quote data, and are left out)")


def _lines(way: TracebackType | None) -> str:
    """The way to the error as ``file:line``, outermost first, from the first line after this file's own."""
    frames = [frame for frame in traceback.extract_tb(way) if frame.filename != __file__]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
