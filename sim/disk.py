"""Disks that can't be written to, or are full: no bug, so told in one sentence that names the folder."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backends.interface import BackendError
from sim.errors import UsageError
from sim.output import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT}


def writable(folder: Path) -> Path:
    """The folder, made if it was not there, and tried. Raises UsageError."""
    try:
        with room_in(folder):
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(f"{folder}: can't be written to: {error.strerror}") from error
    return folder


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Turn whatever a full disk leads to into a BackendError."""
    try:
        yield
    except OutputError:
        raise  # a full disk, but another one
    except Exception as error:
        if not _disk_is_full(error):
            raise
        raise BackendError(f"the disk of {folder} is full, and what was begun there is unfinished") from error


def _disk_is_full(error: BaseException | None) -> bool:
    """Also when the error was told again by DuckDB, Arrow or Beam, which keep its words or stand in its chain."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(os.strerror(number) in str(error) for number in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False
