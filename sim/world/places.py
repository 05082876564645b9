"""Where things are: coordinates of the places that journal rows name, and of whoever is between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import F64, I64
from sim.world.doors import DETOUR, KM_PER_DEGREE
from sim.world.journal import DOOR, PICKUP_DOOR
from sim.world.orders import delivery_doors, ends, pickup_doors

if TYPE_CHECKING:
    from sim.world.cast import Cast

_EARTH_KM = 6371.0088
"""Mean radius, of the International Union of Geodesy and Geophysics."""


def coordinates(cast: Cast, place: I64, shipment: I64) -> tuple[F64, F64]:
    """Latitudes and longitudes, in degrees, of facilities and of the doors of the orders beside them.

    Longitudes may run past 180 degrees, so that a way across the date line stays short; ``published`` folds them back.
    """
    lat, lon = cast.lat[np.maximum(place, 0)], cast.lon[np.maximum(place, 0)]
    for door in (PICKUP_DOOR, DOOR):
        rows = np.flatnonzero(place == door)
        if len(rows):
            code, nth = np.unique(shipment[rows], return_inverse=True)
            its_lat, its_lon = _doors(cast, door, code)
            lat[rows], lon[rows] = its_lat[nth], its_lon[nth]
    return lat, lon


def _doors(cast: Cast, door: int, code: I64) -> tuple[F64, F64]:
    origin, destination = ends(cast, code)
    return pickup_doors(cast, code, origin) if door == PICKUP_DOOR else delivery_doors(cast, code, destination)


def road_km(lat: F64, lon: F64, to_lat: F64, to_lon: F64) -> F64:
    """Kilometres by road, on a flat Earth, which will do inside a city."""
    east = (to_lon - lon) * np.cos(np.radians(lat))
    return np.asarray(np.hypot(to_lat - lat, east) * KM_PER_DEGREE * DETOUR)


def great_circle_km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Kilometres as the crow flies, by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    a, b = np.radians((lat, lon)), np.radians((to_lat, to_lon))
    half = np.sin((b - a) / 2) ** 2
    return float(2 * _EARTH_KM * np.arcsin(np.sqrt(min(1.0, half[0] + np.cos(a[0]) * np.cos(b[0]) * half[1]))))


def way_done(share: F64) -> F64:
    """How much of a way is done when this share of its time is: vans gather speed and slow down, half a cosine wave."""
    return np.asarray((1 - np.cos(np.pi * share)) / 2)


def time_done(way: F64) -> F64:
    """The share of its time after which so much of a way is done: turns ``way_done`` round."""
    return np.asarray(np.arccos(np.clip(1 - 2 * way, -1.0, 1.0)) / np.pi)


def published(lat: F64, lon: F64) -> tuple[F64, F64]:
    """Coordinates as a device reports them: about a metre fine, and inside the usual ranges."""
    return np.asarray(np.round(np.clip(lat, -90.0, 90.0), 5), np.float64), np.round((lon + 180.0) % 360.0 - 180.0, 5)
