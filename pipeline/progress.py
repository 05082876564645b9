"""How many rows each stage has taken in, and how long it has worked, in this process.

For whoever wants to show progress meanwhile, or to tell at the end where the time went.
"""

from __future__ import annotations

import threading
from collections import Counter

from backends.stage_work import stage_seconds

__all__ = ["add", "rows", "stage_seconds"]

_rows: Counter[str] = Counter()
_lock = threading.Lock()


def add(stage: str, rows: int) -> None:
    """Count rows that a stage took in."""
    with _lock:
        _rows[stage] += rows


def rows(stage: str) -> int:
    """Rows that the stage has taken in since the process began; a bundle that is run again counts again."""
    return _rows[stage]
