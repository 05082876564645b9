"""A stage at work: its failure told without values, and the time that it takes added up.

A stage that hands on rows before it is done waits for those behind it: Beam calls them from within. So a stage's clock
stands still while another's runs, and the times of all stages add up to the time worked and not to more. What Beam
itself does to hand on a row counts for the stage that hands it on.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from backends.stage_failed import without_values

_seconds: defaultdict[str, float] = defaultdict(float)
_lock = threading.Lock()


class Spell:
    """One spell of work of one stage."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.seconds = 0.0


class _Clock(threading.local):
    """What is under way in this thread, outermost first, and since when the innermost is running."""

    def __init__(self) -> None:
        self.spells: list[Spell] = []
        self.since = 0.0


_clock = _Clock()


@contextmanager
def at_work(stage: str) -> Iterator[Spell]:
    """Count the time within for the stage, also as Beam's counter ``<stage>/work_us`` if the thread is one of Beam's.

    What is raised within comes out as ``without_values`` words it.
    """
    with without_values(stage):
        spell = _begun(stage)
        try:
            yield spell
        finally:
            _ended(spell)


def stage_seconds(before: Mapping[str, float] | None = None) -> dict[str, float]:
    """Seconds that each stage has worked in this process, of all threads together, less those of ``before``."""
    with _lock:
        return {stage: seconds - (before or {}).get(stage, 0.0) for stage, seconds in sorted(_seconds.items())}


def tell_beam(spell: Spell) -> None:
    """Count a spell for Beam. Has no effect in a thread that Beam has not started a bundle in."""
    from apache_beam.metrics import Metrics  # takes seconds to import; a stage has it already

    Metrics.counter(spell.stage, "work_us").inc(round(spell.seconds * 1e6))


def _begun(stage: str) -> Spell:
    _charge()
    spell = Spell(stage)
    _clock.spells.append(spell)
    return spell


def _ended(spell: Spell) -> None:
    if spell not in _clock.spells:  # a generator that nobody finished, cleared away elsewhere
        return
    _charge()
    del _clock.spells[_clock.spells.index(spell) :]
    with _lock:
        _seconds[spell.stage] += spell.seconds
    tell_beam(spell)


def _charge() -> None:
    now = perf_counter()
    if _clock.spells:
        _clock.spells[-1].seconds += now - _clock.since
    _clock.since = now
