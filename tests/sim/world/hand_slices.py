"""Slices of a journal written by hand, and a small scenario to press them with."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from sim.distributions import Constant
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.units import Duration, Mass, Rate, Share
from sim.world.journal import DOOR, Journal, LegRow, Slice

MIN = 60_000_000
HOUR = 60 * MIN
HUB, NORTH, WEST, BOX, CROSS = range(5)


def small(**changes: object) -> Scenario:
    """A hub, two depots, a locker of the second, and a cross-dock; three days from a Monday on."""
    scenario = Scenario(
        name="by-hand",
        seed=5,
        start=datetime(2026, 3, 2, tzinfo=UTC),
        duration=Duration.parse("3 d"),
        network=Network(
            facilities=(
                Facility("HUB", "Hub", "hub", 52.45, 13.30, "Europe/Berlin", docks=3),
                Facility("NORTH", "North", "depot", 52.60, 13.35, "Europe/Berlin", docks=2),
                Facility("WEST", "West", "depot", 52.50, 12.90, "Europe/Berlin", docks=1),
                Facility("BOX", "Box", "locker", 52.51, 12.91, "Europe/Berlin", depot="WEST"),
                Facility("CROSS", "Cross", "cross_dock", 52.55, 13.10, "Europe/Berlin"),
            ),
            carriers=(Carrier("NORD", "Nordlinie"),),
            lanes=(
                Lane(("NORTH", "HUB"), "NORD", Duration.parse("30 min")),
                Lane(("HUB", "WEST"), "NORD", Duration.parse("40 min")),
            ),
        ),
        tenants=(
            Tenant("acme", 3.0, express=Share(0.25), to_locker=Share(0.5), chilled=Share(0.1)),
            Tenant("globex", 1.0, express=Share(0.5), parcel=Constant(Mass(10))),
        ),
        demand=Demand(Rate.parse("400/h"), Duration.parse("3 d")),
        fleet=Fleet(drivers_per_depot=3, vans_per_depot=2, chilled_vans=Share(1.0)),
    )
    return msgspec.structs.replace(scenario, **changes)


def cut(journal: Journal, index: int = 0) -> Slice:
    """The journal as a slice."""
    return journal.cut(index, 0)


def round_of(
    journal: Journal, driver: int, vehicle: int, depot: int, code: int, departed_us: int, odometer_m: int = 0
) -> None:
    """Ten minutes to a door, three there, ten minutes back; six kilometres each way."""
    places = ((depot, DOOR, 10), (DOOR, DOOR, 3), (DOOR, depot, 10))
    at, done = departed_us, odometer_m
    for origin, destination, minutes in places:
        length = 0 if origin == destination else 6_000
        codes = (code if origin == DOOR else -1, code if destination == DOOR else -1)
        journal.legs.append(
            LegRow(
                at,
                at + minutes * MIN,
                departed_us,
                driver,
                vehicle,
                origin,
                codes[0],
                destination,
                codes[1],
                done,
                done,
                length,
            )
        )
        at, done = at + minutes * MIN, done + length
