"""Orders: what is booked, where from, where to. Everything about one is a function of the run's seed and its code.

A code holds the tenant, the hour of the run and a number, so that the luck of one order does not depend on what else is
booked; whoever holds a code, in whatever process, can tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import F64, I64, Mask
from sim.distributions import MassDistribution
from sim.rng import Randomness
from sim.scenario import Scenario
from sim.world.doors import scatter
from sim.world.rates import hourly_rates

if TYPE_CHECKING:
    from sim.world.cast import Cast

_NTH_BITS, _HOUR_BITS, _TENANT_BITS = 22, 14, 8
RETURNED_BIT = 1 << (_NTH_BITS + _HOUR_BITS + _TENANT_BITS)
"""Set in the code of a parcel that the recipient of the same code without it sends back."""
CODE_BITS = 45
_WEIGHT_G = (50, 70_000)
"""The lightest and heaviest parcel that is taken."""


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


def bookings(scenario: Scenario, rng: Randomness, hour: int) -> tuple[I64, I64]:
    """Times, in microseconds since the start and rising, and codes of all orders of one hour of the run.

    For each tenant a Poisson process: gaps of mean 1, of which the integrated rate is inverted. A tenant's gaps depend
    on nothing but the seed, so two variants of a scenario differ only by their rates.
    """
    rates = hourly_rates(scenario, hour)
    times, booked = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for tenant in range(len(scenario.tenants)):
        placed = _arrivals(rng, tenant, hour, rates.total(tenant))
        times.append(rates.moments_us(tenant, placed))
        booked.append(codes(tenant, hour, len(placed)))
    time_us, code = np.concatenate(times), np.concatenate(booked)
    order = np.lexsort((code, time_us))
    return time_us[order], code[order]


def _arrivals(rng: Randomness, tenant: int, hour: int, total: float) -> F64:
    """A Poisson process of rate 1 between 0 and ``total``."""
    count = int(total + 6 * total**0.5) + 8 if total else 0
    while True:
        at = np.cumsum(rng.exponential("order/gap", codes(tenant, hour, count), 1.0))
        if not total or at[-1] >= total:
            return np.asarray(at[at < total], np.float64)
        count *= 2


def _chosen(rng: Randomness, purpose: str, code: I64, of: I64 | int) -> I64:
    """For each order one of so many things, by index."""
    return np.asarray((rng.uniform(purpose, code) * of).astype(np.int64))


def _base(code: I64) -> I64:
    return np.asarray(code & (RETURNED_BIT - 1))


def _swapped(code: I64, first: I64, second: I64) -> tuple[I64, I64]:
    back = (code & RETURNED_BIT) != 0
    return np.where(back, second, first), np.where(back, first, second)


def ends(cast: Cast, code: I64) -> tuple[I64, I64]:
    """Depots of origin and destination, as facilities."""
    depots, base = np.array(cast.network.depots, np.int64), _base(code)
    origin = _chosen(cast.rng, "order/origin", base, len(depots))
    step = _chosen(cast.rng, "order/destination", base, max(len(depots) - 1, 1)) + 1
    return _swapped(code, depots[origin], depots[(origin + step) % len(depots)])


def lockers(cast: Cast, code: I64, destination: I64) -> I64:
    """The locker that each order is addressed to, or -1; of a returned parcel, none."""
    having = np.where(code & RETURNED_BIT, 0, cast.locker_counts[destination])
    wanted = _wish(cast, "to_locker", code) & (having > 0)
    which = np.full(len(code), -1, np.int64)
    if wanted.any():
        nth = _chosen(cast.rng, "order/locker", code[wanted], having[wanted])
        which[wanted] = cast.lockers[cast.first_locker[destination[wanted]] + nth]
    return which


def _wish(cast: Cast, what: str, code: I64) -> Mask:
    """Who is among the tenant's share; without a draw where no tenant has one."""
    shares = np.array([getattr(tenant, what).of_one for tenant in cast.scenario.tenants])
    if not shares.any():
        return np.zeros(len(code), bool)
    base = _base(code)
    return np.asarray(cast.rng.uniform(f"order/{what}", base) < shares[tenants(base)])


def _weights_g(cast: Cast, code: I64) -> I64:
    base, tenant = _base(code), tenants(code)
    grams = np.zeros(len(code))
    kinds: dict[MassDistribution, list[int]] = {}
    for k, each in enumerate(cast.scenario.tenants):
        kinds.setdefault(each.parcel, []).append(k)
    for parcel, of in kinds.items():
        its = np.isin(tenant, of)
        grams[its] = parcel.sample(cast.rng, "order/weight", base[its])
    return np.clip(np.rint(grams), *_WEIGHT_G).astype(np.int64)


def pickup_doors(cast: Cast, code: I64, origin: I64) -> tuple[F64, F64]:
    """Where each order is collected: latitudes and longitudes."""
    back = (code & RETURNED_BIT) != 0
    return scatter(cast, ("order/pickup", "order/door"), _base(code), origin, back)


def delivery_doors(cast: Cast, code: I64, destination: I64) -> tuple[F64, F64]:
    """Where each order's recipient lives, or has their locker: latitudes and longitudes."""
    back, locker = (code & RETURNED_BIT) != 0, lockers(cast, code, destination)
    lat, lon = scatter(cast, ("order/door", "order/pickup"), _base(code), destination, back)
    boxed = locker >= 0
    return np.where(boxed, cast.lat[locker], lat), np.where(boxed, cast.lon[locker], lon)


def orders(cast: Cast, code: I64) -> Orders:
    """All about these orders; the same in any batch, and for a returned parcel that of the one it was, turned round."""
    origin, destination = ends(cast, code)
    return Orders(
        code,
        tenants(code),
        _wish(cast, "express", code),
        _wish(cast, "chilled", code),
        origin,
        destination,
        lockers(cast, code, destination),
        _weights_g(cast, code),
        *pickup_doors(cast, code, origin),
        *delivery_doors(cast, code, destination),
        _chosen(cast.rng, "order/recipient", _base(code), len(cast.recipients)),
    )
