"""Where things are: one numbering for facilities, the doors parcels are picked up at and the doors they go to.

A fact notes its place as a number; coordinates join in columns once the run is over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import F64, I64
from sim.rng import Randomness
from sim.scenario import Fleet
from sim.world.network import Network
from sim.world.shipments import US_PER_H, Shipments

KM_PER_DEGREE = 111.32
DETOUR = 1.3
"""Road kilometres to one as the crow flies."""
_ROAD_KMH = 30.0
_DISC_MEAN = 0.905
"""Mean distance of two points in a disc of radius 1: 128/(45 pi)."""
_RADIUS_KM_MAX = 25.0


@dataclass(frozen=True)
class Places:
    """Coordinates by place: facilities first, then the pick-up door of each shipment, then each recipient's door.

    Longitudes may run past 180 degrees, so that a way across the date line stays short; ``published`` folds them back.
    """

    lat: F64
    lon: F64
    facilities: int
    shipments: int

    def pickup_door(self, shipment: int) -> int:
        """The place where a shipment waits to be collected."""
        return self.facilities + shipment

    def recipient_door(self, shipment: int) -> int:
        """The place where a shipment is to be delivered."""
        return self.facilities + self.shipments + shipment

    def road_km(self, start: I64, end: I64) -> F64:
        """Kilometres by road, on a flat Earth, which will do inside a city."""
        north = self.lat[end] - self.lat[start]
        east = (self.lon[end] - self.lon[start]) * np.cos(np.radians(self.lat[start]))
        return np.asarray(np.hypot(north, east) * KM_PER_DEGREE * DETOUR)


def published(lat: F64, lon: F64) -> tuple[F64, F64]:
    """Coordinates as a device reports them: about a metre fine, and inside the usual ranges."""
    return np.asarray(np.round(np.clip(lat, -90.0, 90.0), 5), np.float64), np.round((lon + 180.0) % 360.0 - 180.0, 5)


def draw_places(network: Network, shipments: Shipments, fleet: Fleet, rng: Randomness) -> Places:
    """Doors spread over a disc around their depot, as wide as makes a mean leg take ``leg_time`` in city traffic."""
    radius_km = min(fleet.leg_time.us / US_PER_H * _ROAD_KMH / (_DISC_MEAN * DETOUR), _RADIUS_KM_MAX)
    lat = np.array([f.lat for f in network.facilities])
    lon = np.array([f.lon for f in network.facilities])
    lats, lons = [lat], [lon]
    for purpose, centre in (("place/pickup", shipments.origin), ("place/door", shipments.destination)):
        each = np.arange(len(shipments))
        away = radius_km * np.sqrt(rng.uniform(purpose, each)) / KM_PER_DEGREE
        angle = 2 * np.pi * rng.uniform(purpose, each, 1)
        stretch = np.maximum(np.cos(np.radians(lat[centre])), 0.01)
        lats.append(lat[centre] + away * np.sin(angle))
        lons.append(lon[centre] + away * np.cos(angle) / stretch)
    return Places(
        np.concatenate(lats),
        np.concatenate(lons),
        len(network.facilities),
        len(shipments),
    )
