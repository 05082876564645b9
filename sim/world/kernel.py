"""The kernel: one SimPy environment in which everything is decided, cut into slices while time passes.

What waits for what is decided here alone; volume is for those who take the slices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.units import US_PER_S
from sim.world.cast import Cast
from sim.world.journal import Slice
from sim.world.world import World

_STEP_US = 300 * US_PER_S
"""How far time is let go before somebody looks whether the journal is long enough."""
_SLICE_MESSAGES = 100_000
_REPORTS = 50
Progress = Callable[[float], None]


def slices(cast: Cast, progress: Progress | None = None) -> Iterator[Slice]:
    """Let time pass, and hand on what happened, piece by piece, at least one.

    ``progress`` gets the share of simulated time done, 0 to 1, now and then. The slices are a function of the cast.
    """
    world, duration_us, index, told = World(cast), cast.scenario.duration.us, 0, 0
    while world.env.now < duration_us:
        world.env.run(min(int(world.env.now) + _STEP_US, duration_us))
        if world.messages() >= _SLICE_MESSAGES:
            yield world.cut(index)
            index += 1
        if progress and (done := int(world.env.now) * _REPORTS // duration_us) > told:
            told = done
            progress(done / _REPORTS)
    for trip in world.under_way:
        world.journal.take(trip.notes)
    yield world.journal.cut(index, duration_us)
