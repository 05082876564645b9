"""The luck of parcels, drawn for all that are booked in one hour at once; each number hangs on the order's code alone.

An attempt counts from 0, the pick-up. Most parcels are delivered at the first attempt, so later ones are drawn only
for those that may come to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.arrays import F64, I64, U64, Mask
from sim.rng import Randomness
from sim.scenario import Fleet, Tenant
from sim.units import US_PER_S
from sim.world.calendar import DAY_US
from sim.world.journal import NONE, REASONS
from sim.world.orders import RETURNED_BIT, Orders
from sim.world.rates import US_PER_H

FAILURES_UP_TO = (0.70, 0.88, 0.97)
"""Nobody home, address not found, refused, damaged: up to which share of all failed attempts each reaches."""
LOCKER_FULL, RETURNED = REASONS.index("locker_full"), REASONS.index("returned")
SHORTEST_US = US_PER_S
"""Even next door takes a second, and so does every stop: no two things happen to a parcel at once."""
SCAN_US_MAX = 3 * US_PER_S
SCANS = 16
"""How many scans of a parcel have times of their own; later ones begin anew."""
_ATTEMPT_BITS = 7
_COLLECTED_AFTER_US = 20.0 * US_PER_H
_RETURNED_AFTER_US = (1.0 * DAY_US, 5.0 * DAY_US)
_WORD = 2.0**-32


@dataclass(frozen=True)
class Luck:
    """Of a batch of orders: rows are orders, one after the other in flat views; columns scans or attempts."""

    attempts: int
    """Columns of the four below: the pick-up, and every attempt to deliver."""
    leg: memoryview
    """How many times the mean the way to the door takes, 0.7 to 1.3."""
    back: memoryview
    """The same of the way back to the depot, if that is the last door."""
    stop_us: memoryview
    failure: memoryview
    """An index of ``REASONS``, or ``NONE`` for an attempt that succeeds."""
    scan: memoryview
    """Of each scan 16 random bits."""
    collected_us: list[int]
    """After how long the recipient empties the locker."""
    returned_us: list[int]
    """After how long the recipient sends it back, or ``NONE``."""


def draw_luck(orders: Orders, fleet: Fleet, tenants: tuple[Tenant, ...], rng: Randomness) -> Luck:
    """The luck of these orders; the same in any batch."""
    attempts = fleet.max_attempts + 1
    leg, back = np.ones((2, len(orders), attempts))
    stop = np.zeros((len(orders), attempts), np.int64)
    failure = np.full((len(orders), attempts), NONE, np.int8)
    who = np.arange(len(orders))
    for attempt in range(attempts):
        entity = (orders.code[who] << _ATTEMPT_BITS | attempt).astype(np.uint64)
        words = rng.words("parcel/attempt", entity)
        leg[who, attempt], back[who, attempt] = (0.7 + 0.6 * _WORD * words[k] for k in (0, 1))
        stop[who, attempt] = np.maximum(fleet.stop_time.sample(rng, "parcel/stop", entity), SHORTEST_US)
        if attempt:
            failure[who, attempt] = _failures(words, fleet.failed_attempt.of_one, orders.locker[who] >= 0)
            who = who[(failure[who, attempt] >= 0) | (orders.locker[who] >= 0)]
        if not len(who):
            break
    return Luck(
        attempts,
        _flat(leg),
        _flat(back),
        _flat(stop),
        _flat(failure),
        _scans(rng, orders.code),
        _collected(rng, orders),
        _returned(rng, orders, tenants),
    )


def _flat(table: npt.NDArray[Any]) -> memoryview:
    """Single numbers of a memory view are Python's own, and quicker to get at than NumPy's."""
    return np.ascontiguousarray(table).reshape(-1).data


def _failures(words: tuple[U64, U64, U64, U64], share: float, boxed: Mask) -> I64:
    fails = (words[2] * _WORD < share) & ~boxed
    return np.where(fails, np.searchsorted(FAILURES_UP_TO, words[3] * _WORD, side="right"), NONE)


def _scans(rng: Randomness, code: I64) -> memoryview:
    words = [word for draw in range(SCANS // 8) for word in rng.words("parcel/scan", code, draw)]
    halves = np.stack(words, axis=1).astype(np.uint32).view(np.uint16)
    return _flat(halves)


def _collected(rng: Randomness, orders: Orders) -> list[int]:
    if not (orders.locker >= 0).any():
        return []
    after: F64 = rng.exponential("parcel/collected", orders.code, _COLLECTED_AFTER_US)
    return [int(us) for us in after]


def _returned(rng: Randomness, orders: Orders, tenants: tuple[Tenant, ...]) -> list[int]:
    shares = np.array([tenant.returns.of_one for tenant in tenants])
    if not shares.any():
        return []
    sent_back = (rng.uniform("parcel/returned", orders.code) < shares[orders.tenant]) & (orders.code < RETURNED_BIT)
    first, last = _RETURNED_AFTER_US
    after = first + (last - first) * rng.uniform("parcel/returned_after", orders.code)
    return [int(us) for us in np.where(sent_back, after, NONE)]
