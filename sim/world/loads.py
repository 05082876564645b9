"""Loads: what a round takes along and brings back."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.world.parcels import Parcel


@dataclass
class Load:
    """What a round takes along and brings back."""

    deliveries: list[Parcel]
    pickups: list[Parcel]
    latest_us: int
    """When it should be back."""
    tried: int = 0
    """How many of the deliveries were reached."""
    missed: list[Parcel] = field(default_factory=list)
    collected: list[Parcel] = field(default_factory=list)


def by_locker(deliveries: list[Parcel]) -> list[Parcel]:
    """In the same order, but with all that goes into one locker where the first of it stands."""
    first: dict[int, int] = {}
    for k, parcel in enumerate(deliveries):
        if parcel.locker >= 0:
            first.setdefault(parcel.locker, k)
    if not first:
        return deliveries
    keys = [first.get(parcel.locker, k) for k, parcel in enumerate(deliveries)]
    return [deliveries[k] for k in sorted(range(len(keys)), key=keys.__getitem__)]
