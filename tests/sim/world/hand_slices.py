"""Slices of a journal written by hand, and a small scenario to press them with."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np

from sim.distributions import Constant
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.units import Duration, Mass, Rate, Share
from sim.world.cast import Cast
from sim.world.journal import (
    CREATED,
    DELIVERED,
    DOOR,
    IN_TRANSIT,
    OPENING,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    PICKUP_DOOR,
    BookedRow,
    CapacityRow,
    DutyRow,
    EtaRow,
    HaulRow,
    Journal,
    LegRow,
    ScanRow,
    Slice,
    StatusRow,
)
from sim.world.orders import codes, ends, orders

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
    journal: Journal,
    driver: int,
    vehicle: int,
    depot: int,
    code: int,
    departed_us: int,
    odometer_m: int = 0,
    door: int = DOOR,
) -> None:
    """Ten minutes to a door, three there, ten minutes back; six kilometres each way."""
    at, done = departed_us, odometer_m
    for origin, destination, minutes in ((depot, door, 10), (door, door, 3), (door, depot, 10)):
        length = 0 if origin == destination else 6_000
        of_origin, of_destination = (code if place == door else -1 for place in (origin, destination))
        end = at + minutes * MIN
        who = (departed_us, driver, vehicle)
        journal.legs.append(LegRow(at, end, *who, origin, of_origin, destination, of_destination, done, done, length))
        at, done = end, done + length


def some_code(cast: Cast, origin: int = NORTH) -> int:
    """The first order from this depot to a door."""
    code = codes(0, 1, 200)
    from_here = (ends(cast, code)[0] == origin) & (orders(cast, code).locker < 0)
    return int(code[np.flatnonzero(from_here)[0]])


def one_life(cast: Cast) -> Journal:
    """A parcel is booked, collected, brought from north to west by way of the hub, and delivered: all is well."""
    journal, code = Journal(), some_code(cast)
    journal.capacities += [CapacityRow(0, k, f.docks, OPENING) for k, f in enumerate(cast.network.facilities)]
    journal.booked.append(BookedRow(HOUR, code, 20 * HOUR))
    journal.etas.append(EtaRow(HOUR, code, 0, 11 * HOUR, -1))
    journal.etas.append(EtaRow(10 * HOUR, code, 1, 12 * HOUR, 11 * HOUR))
    statuses = (
        (60, CREATED, NORTH, NORTH, 0),
        (442, PICKED_UP, NORTH, PICKUP_DOOR, 0),
        (480, IN_TRANSIT, NORTH, NORTH, 0),
        (540, IN_TRANSIT, HUB, HUB, 0),
        (600, OUT_FOR_DELIVERY, WEST, WEST, 3),
        (612, DELIVERED, WEST, DOOR, 3),
    )
    for nth, (minute, status, facility, place, actor) in enumerate(statuses):
        attempt = 1 if status in (OUT_FOR_DELIVERY, DELIVERED) else -1
        row = StatusRow(minute * MIN, code, nth, status, facility, place, 0, -1, -1, attempt, actor)
        journal.statuses.append(row)
    scans = ((454, NORTH, 0), (480, NORTH, 1), (511, HUB, 0), (540, HUB, 1), (581, WEST, 0), (600, WEST, 1))
    for nth, (minute, facility, scan) in enumerate(scans):
        journal.scans.append(ScanRow(minute * MIN, code, nth, facility, scan, int(cast.first_scanner[facility])))
    for lane, left in ((0, 480), (2, 540)):
        moments = (left, left, left + 30, left + 31, left + 42)
        journal.hauls.append(HaulRow(lane, 1, *(minute * MIN for minute in moments), 1))
    for driver, vehicle, depot, out, door in ((0, 0, NORTH, 430, PICKUP_DOOR), (3, 2, WEST, 600, DOOR)):
        round_of(journal, driver, vehicle, depot, code, out * MIN, door=door)
        for minute, duty, van in ((420, 0, -1), (out, 1, vehicle), (out + 23, 2, vehicle), (900, 3, -1)):
            journal.duties.append(DutyRow(minute * MIN, driver, duty, van))
    return journal
