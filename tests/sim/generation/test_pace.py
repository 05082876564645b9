"""A paced stream: what is history comes at once, the rest not before its time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.generation.merge import Piece
from sim.generation.pace import Pace

S = 1_000_000


def piece(*times_s: float) -> Piece:
    times = pa.array([int(t * S) for t in times_s], pa.int64())
    none = np.full(len(times), -1, np.int64)
    return Piece(pa.RecordBatch.from_arrays([times], ["ingest_time"]), 0, none, none)


class Wall:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def appended(pace_speed: float, live_from_s: float, *pieces: Piece) -> list[tuple[float, list[float]]]:
    """When, in seconds on the wall since the beginning, which arrivals were handed on."""
    wall = Wall()
    pace = Pace(pace_speed, int(live_from_s * S), wall.now, wall.sleep)
    told = []
    for part in pace.paced(iter(pieces)):
        told.append((wall.now_s - 100.0, [t / S for t in part.messages.column("ingest_time").to_pylist()]))
    return told


def test_history_comes_at_once_and_the_rest_at_its_time() -> None:
    assert appended(1.0, 100, piece(1, 50, 99.5), piece(99.9, 103.5, 110)) == [
        (0.0, [1, 50, 99.5]),
        (0.0, [99.9]),
        (3.5, [103.5]),
        (10.0, [110]),
    ]


def test_sixty_times_as_fast_takes_a_sixtieth_of_the_time() -> None:
    assert appended(60.0, 0, piece(60, 90, 3600)) == [(1.5, [60, 90]), (60.0, [3600])]


def test_no_message_is_left_out() -> None:
    times = [0.1 * k for k in range(500)]
    parts = appended(7.0, 13, piece(*times[:200]), piece(*times[200:]))
    assert [t for _, part in parts for t in part] == [int(t * S) / S for t in times]
    assert all(wall * 7.0 + 13 >= part[-1] - 1e-6 for wall, part in parts)
