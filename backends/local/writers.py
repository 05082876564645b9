"""Threads that write data files while the stages work on: encoding, compressing and hashing leave the interpreter free.

What is written waits in memory, so only a few batches may be on their way: who brings one more waits for room.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from backends.stage_work import at_work

_T = TypeVar("_T")
_THREADS = min(os.cpu_count() or 1, 4)
_room = BoundedSemaphore(2 * _THREADS)
_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="writer")
WAITING = "wait for files"
"""The stage under whose name the time is counted in which nothing could go on before a file was written."""


def begin(write: Callable[[], _T]) -> Future[_T]:
    """Start to write; ``outcome`` gives what came of it. Waits while too many batches are on their way."""
    with at_work(WAITING):
        _room.acquire()
    future = _pool.submit(write)
    future.add_done_callback(lambda _: _room.release())
    return future


def outcome(future: Future[_T]) -> _T:
    """What a writing came to, waited for. Raises what it raised."""
    with at_work(WAITING):
        return future.result()
