"""Doors: where parcels are collected and delivered, spread over a disc around each depot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import F64, I64, Mask
from sim.scenario import Fleet
from sim.world.rates import US_PER_H

if TYPE_CHECKING:
    from sim.world.cast import Cast

KM_PER_DEGREE = 111.32
DETOUR = 1.3
"""Road kilometres to one as the crow flies."""
_ROAD_KMH = 30.0
_DISC_MEAN = 0.905
"""Mean distance of two points in a disc of radius 1: 128/(45 pi)."""
_RADIUS_KM_MAX = 25.0


def radius_km(fleet: Fleet) -> float:
    """As wide as makes a mean leg take ``leg_time`` in city traffic."""
    return min(fleet.leg_time.us / US_PER_H * _ROAD_KMH / (_DISC_MEAN * DETOUR), _RADIUS_KM_MAX)


def scatter(cast: Cast, purposes: tuple[str, str], entity: I64, depot: I64, second: Mask) -> tuple[F64, F64]:
    """Latitudes and longitudes around depots, by the luck of the first purpose or, where told, of the second."""
    luck = [_disc(cast, purposes[0], entity)]
    if second.any():
        luck.append(_disc(cast, purposes[1], entity))
    north, east = (np.where(second, luck[-1][k], luck[0][k]) for k in range(2))
    stretch = np.maximum(np.cos(np.radians(cast.lat[depot])), 0.01)
    return cast.lat[depot] + north, cast.lon[depot] + east / stretch


def _disc(cast: Cast, purpose: str, entity: I64) -> tuple[F64, F64]:
    away = radius_km(cast.scenario.fleet) * np.sqrt(cast.rng.uniform(purpose, entity)) / KM_PER_DEGREE
    angle = 2 * np.pi * cast.rng.uniform(purpose, entity, 1)
    return away * np.sin(angle), away * np.cos(angle)
