"""How cold it is in a chilled van: it warms up while the doors open and cools down on the way, by Newton's law.

The state at the start of each leg follows from the legs before it, so that readings are smooth in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import F64, I64, Mask
from sim.units import US_PER_S
from sim.world.journal import LegRow

if TYPE_CHECKING:
    from sim.world.cast import Cast

_SLOWLY_US = 60 * 60 * US_PER_S
"""Time in which all but 1/e of a difference in temperature goes away."""
_COLD_C, _WARM_C = 2.4, 7.6
"""What a van tends to on the way, and standing: chilled food travels at 2 to 8 degrees."""
_VANS_C = 0.8
"""By how much the coolers of vans differ."""
_WAVE_C, _WAVE_US = 0.3, 25 * 60 * US_PER_S
"""A cooler's thermostat goes on and off."""


def standing(legs: LegRow[I64]) -> Mask:
    """Legs that are a stop, break or breakdown."""
    same = (legs.origin == legs.destination) & (legs.origin_shipment == legs.destination_shipment)
    return np.asarray(same | ((legs.origin == legs.destination) & (legs.origin >= 0)))


def _after(start_c: F64, target_c: F64, lasting_us: I64) -> F64:
    return np.asarray(target_c + (start_c - target_c) * np.exp(-lasting_us / _SLOWLY_US))


def _starts_c(rounds: I64, legs: LegRow[I64], cold_c: F64, target_c: F64) -> F64:
    """At the start of each leg; a round begins as cold as the van can be."""
    first = np.flatnonzero(np.diff(rounds, prepend=-1))
    lengths = np.diff(first, append=len(rounds))
    starts = cold_c.copy()
    for nth in range(1, lengths.max(initial=1)):
        leg = first[lengths > nth] + nth
        starts[leg] = _after(starts[leg - 1], target_c[leg - 1], legs.start_us[leg] - legs.start_us[leg - 1])
    return starts


def temperatures_c(cast: Cast, rounds: I64, legs: LegRow[I64], leg: I64, time_us: I64) -> F64:
    """Degrees Celsius at each reading, which is on a leg of a round; not a number in vans that don't chill."""
    chilled = np.array(cast.crew.chilled, bool)
    if not chilled.any():
        return np.full(len(leg), np.nan)
    vans = np.arange(len(chilled))
    cold_c = (_COLD_C + _VANS_C * cast.rng.uniform("vehicle/cooler", vans))[legs.vehicle]
    target_c = np.where(standing(legs), _WARM_C, cold_c)
    starts_c = _starts_c(rounds, legs, cold_c, target_c)
    phase = cast.rng.uniform("vehicle/thermostat", vans)[legs.vehicle[leg]]
    wave = _WAVE_C * np.sin(2 * np.pi * (time_us / _WAVE_US + phase))
    inside = _after(starts_c[leg], target_c[leg], time_us - legs.start_us[leg]) + wave
    return np.where(chilled[legs.vehicle[leg]], inside, np.nan)
