"""Generation into a folder, with its progress shown and its seal taken: what ``sim generate`` and ``sim run`` share."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec

from backends.local.event_log import LocalEventLog
from sim.errors import UsageError
from sim.generation.generate import generate
from sim.generation.options import Options
from sim.progress import Progress
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.scenario_file import resolve
from sim.seal import seal
from sim.units import US_PER_S

_MINUTE_US = 60 * US_PER_S


def fill(folder: RunFolder, scenario: Scenario, options: Options, echo: Callable[[str], None]) -> int:
    """Leave scenario, truth, ledger, log and seal in a folder that is there; give the number of messages.

    Raises UsageError if somebody else is at it.
    """
    with _claimed(folder):
        return _fill(folder, scenario, options, echo)


@contextmanager
def _claimed(folder: RunFolder) -> Iterator[None]:
    """Hold the folder's mark, as long as it is unfinished: the system lets go of it if this process is killed."""
    with folder.unfinished.open("a") as mark:
        _claim(folder, mark)
        yield
        folder.unfinished.unlink()


def _claim(folder: RunFolder, mark: TextIO) -> None:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"{folder.path}: another process is generating into it; give another folder") from None


def _fill(folder: RunFolder, scenario: Scenario, options: Options, echo: Callable[[str], None]) -> int:
    folder.scenario.write_text(resolve(scenario), encoding="utf-8")
    folder.make_restricted()
    log = LocalEventLog(folder.log, scenario.platform.log_partitions)
    minutes = max(1, scenario.duration.us // _MINUTE_US)
    began = time.monotonic()
    with Progress("generate", minutes, "simulated min") as progress:
        messages = generate(scenario, folder, log, options, lambda share, _: progress.update_to(round(share * minutes)))
    took_s = time.monotonic() - began
    echo(f"{messages:,} messages in {took_s:.1f} s, {messages / max(took_s, 1e-9):,.0f} a second")
    sealed = msgspec.structs.replace(seal(folder.path), limit=options.limit)
    sealed.write(folder.seal)
    for part, digest in sealed.digests.items():
        echo(f"{part:<7} sha256 {digest}")
    return messages


def empty_folder(path: Path) -> RunFolder:
    """A folder to generate into: empty, or left unfinished, which is begun anew. Raises UsageError for others."""
    folder = RunFolder(path)
    if folder.seal.exists():
        raise UsageError(f"{path}: holds a generated run; give a folder that is not there yet, or remove this one")
    mark = folder.unfinished
    if mark.exists():
        with mark.open("a") as claimed:
            _claim(folder, claimed)
    parts = (folder.scenario, folder.truth, folder.ledger, folder.log, folder.spool, mark) if mark.exists() else ()
    strangers = sorted(set(path.iterdir()) - set(parts))
    if strangers:
        raise UsageError(f"{path}: holds '{strangers[0].name}', want an empty folder, or one that is not there yet")
    for part in parts:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
    return folder
