"""Slices pressed into chunks, by this process or by several: the chunks are the same, and come in the same order."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing.connection import wait
from pathlib import Path

from backends.interface import BackendError
from sim.generation.press import press_chunk
from sim.generation.spool import Chunk
from sim.scenario import Scenario
from sim.world.cast import Cast, build_cast
from sim.world.journal import Slice

ALONE = 2
"""Slices pressed before other processes are worth their start."""
_AHEAD = 2
"""Slices that wait for each worker: enough to keep it busy, few enough to stay small."""


_KILLED = "a worker was killed before its work was done, maybe for want of memory; fewer --workers need less"


def chunks(cast: Cast, slices: Iterator[Slice], folder: Path, workers: int) -> Generator[Chunk]:
    """The chunk of each slice, in order; ``folder`` gets their files and the truth's."""
    for one in islice(slices, ALONE if workers > 1 else None):
        yield press_chunk(cast, one, folder)
    if workers > 1:
        yield from _in_parallel(cast.scenario, slices, folder, workers)


def _in_parallel(scenario: Scenario, slices: Iterator[Slice], folder: Path, workers: int) -> Iterator[Chunk]:
    first = next(slices, None)
    if first is None:
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of Arrow's threads
    with ProcessPoolExecutor(workers, context, _begin, (scenario, folder)) as pool:
        pressing: deque[Future[Chunk]] = deque()
        try:
            for one in chain([first], slices):
                pressing.append(_submitted(pool, one))
                while pressing[0].done() or len(pressing) >= workers * _AHEAD:
                    yield pressing.popleft().result()
                    if not pressing:
                        break
            while pressing:
                yield pressing.popleft().result()
        except BrokenProcessPool as error:
            for worker in multiprocessing.active_children():
                worker.kill()  # the pool overlooks one that was starting when it broke, and would wait for it
            raise BackendError(_KILLED) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, one: Slice) -> Future[Chunk]:
    """A slice on its way. A worker that this starts is deaf to Ctrl-C from its first moment: it is the parent's."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_press, one)
    except OSError as error:
        if error.errno is None:  # not the system's word: the pool broke and closed its pipes while a worker was started
            raise BrokenProcessPool(str(error)) from error
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


_cast: Cast
_folder: Path


def _begin(scenario: Scenario, folder: Path) -> None:
    global _cast, _folder
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _cast, _folder = build_cast(scenario), folder


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next slice for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Let the garbage collector look less often: parcels and rows live long, and none is in a cycle.

    With Python's own threshold it takes a sixth of the kernel's time.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _press(one: Slice) -> Chunk:
    return press_chunk(_cast, one, _folder)
