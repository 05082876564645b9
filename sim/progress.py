"""How far a long step has come: a bar on a terminal, a line every few seconds in a log file, nothing when quick."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Never, Self, TextIO

from tqdm import tqdm

QUICK_S = 1.0
LINE_EVERY_S = 5.0
_FINISHING = "finishing"
"""Everything was taken in, and the step still has to bring it to its end."""


class Progress:
    """A context in which ``update_to`` says how much is done; what it shows goes to stderr."""

    def __init__(
        self,
        title: str,
        total: int,
        unit: str,
        stream: TextIO | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title, self.total, self.unit = title, total, unit
        self._stream = stream or sys.stderr
        self._now = now
        self._bar: tqdm[Never] | None = None

    def __enter__(self) -> Self:
        self._done = 0
        self._began = self._told = self._now()
        if _has_room(self._stream):
            self._bar = tqdm(
                desc=self.title,
                total=self.total,
                unit=f" {self.unit}",
                unit_scale=True,
                delay=QUICK_S,
                file=self._stream,
                leave=False,
                dynamic_ncols=True,
            )
        return self

    def update_to(self, done: int) -> None:
        """So much is done in all. Cheap enough to call for every batch."""
        if self._bar is not None:
            self._bar.update(done - self._done)
            if done >= self.total:
                self._bar.set_postfix_str(_FINISHING, refresh=self._now() - self._began >= QUICK_S)
        self._done = done
        if self._bar is None and self._now() - self._told >= LINE_EVERY_S:
            self._told = self._now()
            self._say(f"{done:,} of {self.total:,} {self.unit}, {self._rate()}, {self._left()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        took_s = self._now() - self._began
        if took_s >= QUICK_S and error is None:
            self._say(f"{self._done:,} {self.unit} in {took_s:.1f} s")

    def _rate(self) -> str:
        return f"{self._done / (self._now() - self._began):,.0f} {self.unit}/s"

    def _left(self) -> str:
        if not self._done:
            return "time left unknown"
        if self._done >= self.total:
            return _FINISHING
        left_s = (self._now() - self._began) * max(0, self.total - self._done) / self._done
        return f"{left_s:.0f} s left"

    def _say(self, text: str) -> None:
        self._stream.write(f"{self.title}: {text}\n")
        self._stream.flush()


def _has_room(stream: TextIO) -> bool:
    """Whether a bar can be drawn: on a terminal, unless it has no columns, as those without a size say."""
    if not stream.isatty():
        return False
    try:
        return os.get_terminal_size(stream.fileno()).columns > 0
    except OSError:
        return True
