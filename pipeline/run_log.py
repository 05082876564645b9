"""The beginning and the end of a run in the log: what was asked, and what each stage came to."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

_LOGGER = logging.getLogger("pipeline.run")
_TIME = "work_us"


def tell_start(settings: Mapping[str, object], key_ids: Sequence[str]) -> None:
    """Log what a run depends on beside its input; of keys the ids alone."""
    _LOGGER.info("started", extra={"settings": dict(settings), "key_ids": list(key_ids)})


def tell_totals(counters: Mapping[str, int]) -> None:
    """Log for each stage how many rows came out of it, by output, and how long it worked, from Beam's counters.

    ``counters`` are named as in ``decode/valid``; ``decode/work_us`` is the time of all workers together.
    """
    stages: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, count in counters.items():
        stage, _, output = name.rpartition("/")
        stages[stage][output] = count
    for stage, rows in sorted(stages.items()):
        seconds = rows.pop(_TIME, 0) / 1e6
        told = ", ".join(f"{count} {output}" for output, count in sorted(rows.items()))
        extra = {"stage": stage, "rows": rows or None, "seconds": round(seconds, 3)}
        _LOGGER.info("done: %s", told or "no rows counted", extra=extra)
