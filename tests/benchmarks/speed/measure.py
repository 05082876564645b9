"""What a command takes: seconds on the wall, seconds of all processors, and the most memory that it held at once.

``wait4`` knows the processors' seconds of a process and all that it waited for, but of memory only the largest process.
So the memory of the whole tree is looked at as it runs, with pages that several share counted once.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

_LOOK_EVERY_S = 0.2


class Figure(NamedTuple):
    """Of one command, or the median of several runs of it."""

    wall_s: float
    cpu_s: float
    peak_mib: float


class CommandFailed(Exception):
    """A command ended with another status than 0; says what it printed last."""


def measure(command: Sequence[str], environment: dict[str, str]) -> tuple[Figure, str]:
    """Run a command; gives what it took, and what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=os.environ | environment, stdout=out, stderr=err)
        peaks: list[float] = []
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        said = _content(out)
        if process.returncode:
            raise CommandFailed(f"{' '.join(command)[:200]}: status {process.returncode}\n{_content(err)[-2000:]}")
    peak_mib = max([usage.ru_maxrss / 1024, *peaks])
    return Figure(wall_s, usage.ru_utime + usage.ru_stime, peak_mib), said


def middle(figures: Sequence[Figure]) -> Figure:
    """The median of each number."""
    return Figure(*(median(values) for values in zip(*figures, strict=True)))


def _content(file: tempfile._TemporaryFileWrapper[str]) -> str:
    file.seek(0)
    return file.read()


def _watch(pid: int, ended: threading.Event, peaks: list[float]) -> None:
    while not ended.wait(_LOOK_EVERY_S):
        peaks.append(sum(_pss_mib(each) for each in _tree(pid)))


def _tree(pid: int) -> Iterator[int]:
    """A process and all below it, as far as they are still there."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _tree(int(child))


def _pss_mib(pid: int) -> float:
    """A process's memory, of a page that several share its part."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""  # the process has ended meanwhile, or this is no Linux
