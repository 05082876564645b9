"""Ctrl-C, whatever a library makes of it: DuckDB turns one that comes during a query into an error of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_pressed = threading.Event()


def was_pressed() -> bool:
    """Whether Ctrl-C came in the ``keyboard_interrupt`` that is open: then no exception is what it seems."""
    return _pressed.is_set()


@contextmanager
def keyboard_interrupt() -> Iterator[None]:
    """Let Ctrl-C inside come out as a KeyboardInterrupt, also where it was taken for another error, or swallowed."""
    if threading.current_thread() is not threading.main_thread():  # no other thread may handle signals
        yield
        return
    _pressed.clear()
    previous = signal.signal(signal.SIGINT, _press)
    try:
        yield
    except Exception:
        if not was_pressed():
            raise
    finally:
        signal.signal(signal.SIGINT, previous)
        pressed = was_pressed()
        _pressed.clear()
    if pressed:
        raise KeyboardInterrupt


def _press(_: int, __: FrameType | None) -> None:
    _pressed.set()
    raise KeyboardInterrupt
