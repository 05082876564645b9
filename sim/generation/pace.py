"""How fast messages are appended: as the clock on the wall allows, so that consumers see a live stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.generation.merge import Piece

_TICK_S = 1.0
"""Messages of so much time on the wall are appended together."""


@dataclass(frozen=True)
class Pace:
    """``speed`` simulated seconds for each second, once what arrived before ``live_from`` has been appended at once."""

    speed: float
    live_from: int
    """In microseconds since 1970."""
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def paced(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces, cut so fine, and handed on so late, that none arrives before its time."""
        began = None
        for piece in pieces:
            for part in self._cut(piece):
                ahead_s = (int(part.messages.column("ingest_time")[-1].as_py()) - self.live_from) / 1e6 / self.speed
                if ahead_s > 0:
                    began = self.now() if began is None else began
                    self.sleep(max(0.0, began + ahead_s - self.now()))
                yield part

    def _cut(self, piece: Piece) -> Iterator[Piece]:
        times = piece.messages.column("ingest_time").to_numpy()
        ticks = np.maximum(times - self.live_from, -1) // int(_TICK_S * self.speed * 1e6)
        borders = [0, *(np.flatnonzero(np.diff(ticks)) + 1).tolist(), len(times)]
        for first, end in pairwise(borders):
            yield piece.rows(first, end)
