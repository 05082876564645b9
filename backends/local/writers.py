"""Threads that write data files while the stages work on: encoding, compressing and hashing leave the interpreter free.

What is written waits in memory, so only a few batches may be on their way: who brings one more waits for room.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from backends.stage_work import Spell, at_work, tell_beam

WAITING = "wait for files"
"""The stage under whose name the time is counted in which nothing could go on before a file was written."""
_T = TypeVar("_T")
_THREADS = min(os.cpu_count() or 1, 4)
ROOM = 2 * _THREADS
"""How many batches may be on their way."""
_room = BoundedSemaphore(ROOM)
_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="writer")


def begin(stage: str, write: Callable[[], _T]) -> Future[tuple[_T, Spell]]:
    """Start to write, at work for the stage; ``outcome`` gives what came of it. Waits while there is no room."""
    with at_work(WAITING):
        _room.acquire()
    future = _pool.submit(_written, stage, write)
    future.add_done_callback(lambda _: _room.release())
    return future


def outcome(future: Future[tuple[_T, Spell]]) -> _T:
    """What a writing came to, waited for. Raises what it raised."""
    with at_work(WAITING):
        written, spell = future.result()
    tell_beam(spell)  # which could not see it in the writer's thread
    return written


def _written(stage: str, write: Callable[[], _T]) -> tuple[_T, Spell]:
    with at_work(stage) as spell:
        written = write()
    return written, spell
