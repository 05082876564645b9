"""Wrong clocks: a phone whose owner set it by hand records all that it does at the wrong time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import I64
from sim.producers.causes import causes
from sim.producers.entities import actors, in_cohort, sent_by
from sim.producers.plan import Plan, noted

if TYPE_CHECKING:
    from sim.world.cast import Cast

FAULT_ID = "producers.driver_app.clock"
_PURPOSE = "producers/driver_app/clock"


def by_wrong_clocks(plan: Plan, cast: Cast) -> Plan:
    """Messages whose times are what a wrong clock showed. When they arrive is as true as ever."""
    app = cast.scenario.producers.driver_app
    if not app.wrong_clock.of_one:
        return plan
    messages = plan.messages
    rows = np.flatnonzero(sent_by(messages, "driver_app"))
    rows = rows[in_cohort(messages.device[rows], app.wrong_clock, cast.rng, _PURPOSE)]
    phones, which = np.unique(messages.device[rows], return_inverse=True)
    errors = clock_errors(cast, phones)
    off = errors[which]
    changed = messages.with_values(
        rows, event_time=messages.event_time[rows] + off, producer_time=messages.producer_time[rows] + off
    )
    names = [cast.crew.driver_ids[phone] for phone in actors(phones)]
    texts = [
        f"clock of phone {name} is {clock_told(error)}" for name, error in zip(names, errors.tolist(), strict=True)
    ]
    return plan.fired(changed, noted(FAULT_ID, "clock", rows, causes(texts, which)))


def clock_errors(cast: Cast, phones: I64) -> I64:
    """By how many microseconds each wrong clock is ahead; never 0."""
    size = cast.scenario.producers.driver_app.clock_error.sample(cast.rng, f"{_PURPOSE}/error", phones)
    ahead = cast.rng.uniform(f"{_PURPOSE}/ahead", phones) < 0.5
    return np.where(ahead, 1, -1) * (1 + size.astype(np.int64))


def clock_told(error_us: int) -> str:
    """An error as people read it."""
    return f"{abs(error_us)} us {'ahead' if error_us > 0 else 'behind'}"
