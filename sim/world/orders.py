"""Orders: what is booked, where from, where to. Everything about one is a function of the run's seed and its code.

A code holds the tenant, the hour of the run and a number, so that the luck of one order does not depend on what else is
booked; whoever holds a code, in whatever process, can tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import F64, I64, Mask

_NTH_BITS, _HOUR_BITS, _TENANT_BITS = 22, 14, 8
RETURNED_BIT = 1 << (_NTH_BITS + _HOUR_BITS + _TENANT_BITS)
"""Set in the code of a parcel that the recipient of the same code without it sends back."""
CODE_BITS = 45


def codes(tenant: int, hour: int, count: int) -> I64:
    """The codes of the first ``count`` orders of a tenant in an hour since the start."""
    return np.arange(count, dtype=np.int64) | (((tenant << _HOUR_BITS) | hour) << _NTH_BITS)


def tenants(code: I64) -> I64:
    """The tenant of each order, by index."""
    return np.asarray((code & (RETURNED_BIT - 1)) >> (_NTH_BITS + _HOUR_BITS), np.int64)


@dataclass(frozen=True)
class Orders:
    """Orders by column; places and people as indices."""

    code: I64
    tenant: I64
    express: Mask
    chilled: Mask
    origin: I64
    """The depot that collects it."""
    destination: I64
    """The depot that delivers it, to a door or into a locker of its own."""
    locker: I64
    """The facility that it is addressed to, or -1 for a door."""
    weight_g: I64
    pickup_lat: F64
    pickup_lon: F64
    door_lat: F64
    door_lon: F64
    """Of the locker, if it goes to one. Longitudes may run past 180 degrees (``places.published`` folds them back)."""
    recipient: I64
    """A person of the cast."""

    def __len__(self) -> int:
        return len(self.code)
