"""A folder that one run has to itself while it lasts: nobody else writes into it, and nothing of it stays behind.

The run holds a lock on its folder. The system lets go of the lock however the run ends, so the next run can tell what a
killed one left behind from what a living one is using.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Make a folder in ``parent`` and remove it at the end, and ``parent`` too unless another run is in it."""
    folder, lock = _made(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
        with suppress(OSError):
            parent.rmdir()


def _made(parent: Path) -> tuple[Path, int]:
    """A new folder and the lock on it; what killed runs left behind is removed."""
    while True:
        parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # another run has just ended and removed the parent
            entry = _locked(parent)
            try:
                for folder in parent.iterdir():
                    _remove_if_left(folder)
                made = Path(mkdtemp(dir=parent))
                return made, _locked(made)
            finally:
                os.close(entry)


def _remove_if_left(folder: Path) -> None:
    with suppress(BlockingIOError):
        lock = _locked(folder, fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked(folder: Path, how: int = 0) -> int:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
