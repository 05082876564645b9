"""Facts and slices written by hand, for tests of what producers and faults make of them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np

from sim.producers.plan import Firing, Plan
from sim.producers.report import report
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.scenario_parts.producers import Producers
from sim.units import Duration, Rate, Share
from sim.world.cast import Cast, build_cast
from sim.world.facts import press
from sim.world.journal import (
    DELIVERED,
    DOOR,
    DRIVING,
    IN_TRANSIT,
    OFF_SHIFT,
    ON_SHIFT,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    BookedRow,
    CapacityRow,
    DutyRow,
    EtaRow,
    Journal,
    LegRow,
    ScanRow,
    Slice,
    StatusRow,
)
from sim.world.orders import codes

S = 1_000_000
MIN = 60 * S
HOUR = 60 * MIN
DAY = 24 * HOUR
HUB, EAST, WEST = range(3)


def scenario(**changes: object) -> Scenario:
    """A hub and two depots; two days from a Monday on."""
    plain = Scenario(
        name="by-hand",
        seed=5,
        start=datetime(2026, 3, 2, tzinfo=UTC),
        duration=Duration(2 * DAY),
        network=Network(
            facilities=(
                Facility("HUB", "Hub", "hub", 52.45, 13.30, "Europe/Berlin", docks=3),
                Facility("EAST", "East", "depot", 52.52, 13.40, "Europe/Berlin", docks=4),
                Facility("WEST", "West", "depot", 52.39, 13.06, "Europe/Berlin", docks=4),
            ),
            carriers=(Carrier("NORD", "Nordlinie"), Carrier("SUED", "Südlinie")),
            lanes=(
                Lane(("EAST", "HUB"), "NORD", Duration(30 * MIN)),
                Lane(("HUB", "WEST"), "SUED", Duration(40 * MIN)),
            ),
        ),
        tenants=(Tenant("acme", 3.0), Tenant("globex", 1.0, express=Share(0.5))),
        demand=Demand(Rate(400.0), Duration(2 * DAY)),
        fleet=Fleet(drivers_per_depot=20, vans_per_depot=20),
    )
    return msgspec.structs.replace(plain, **changes)


def with_producers(**parts: msgspec.Struct) -> Scenario:
    """The scenario with these producers, as in ``driver_app=DriverApp(...)``."""
    return scenario(producers=Producers(**parts))


ROUNDS_US = (8 * HOUR, 11 * HOUR, 32 * HOUR)
HOURS = range(40)


def journal(rounds_us: tuple[int, ...] = ROUNDS_US, per_hour: int = 20, hours: range = HOURS) -> Journal:
    """Orders in each of these hours; each driver drives at these times, to a door and back, on duty around it."""
    rows = Journal()
    for hour in hours:
        for tenant in range(2):
            for nth, code in enumerate(codes(tenant, hour, per_hour // (1 + tenant)).tolist()):
                _life(rows, code, hour * HOUR + nth * 2 * MIN, nth)
        rows.capacities.append(CapacityRow(hour * HOUR + 1, hour % 3, 2 + hour % 2, 3))
    for driver in range(40):
        for departed in rounds_us:
            at = departed + driver * S
            rows.duties.append(DutyRow(at - 5 * MIN, driver, ON_SHIFT, -1))
            rows.duties.append(DutyRow(at, driver, DRIVING, driver))
            _round(rows, driver, EAST if driver < 20 else WEST, int(codes(0, driver % 40, 1)[0]), at)
            rows.duties.append(DutyRow(at + 2 * HOUR, driver, OFF_SHIFT, driver))
    return rows


def _life(rows: Journal, code: int, at: int, nth: int) -> None:
    rows.booked.append(BookedRow(at, code, at + DAY))
    rows.etas.append(EtaRow(at + 20 * MIN, code, 0, at + 20 * HOUR, -1))
    rows.etas.append(EtaRow(at + 90 * MIN, code, 1, at + 21 * HOUR, at + 20 * HOUR))
    driver, carrier, tenant = nth % 40, nth % 2, code >> 36
    for turn, (status, after, actor) in enumerate(
        ((0, 0, tenant), (PICKED_UP, 60, driver), (IN_TRANSIT, 120, carrier), (OUT_FOR_DELIVERY, 400, driver))
    ):
        its = carrier if status == IN_TRANSIT else -1
        rows.statuses.append(
            StatusRow(at + after * MIN, code, turn, status, EAST, EAST, its, at + 20 * HOUR, -1, 0, actor)
        )
    rows.statuses.append(StatusRow(at + 450 * MIN, code, 4, DELIVERED, WEST, DOOR, -1, -1, -1, 1, driver))
    for turn, (facility, after) in enumerate(
        ((EAST, 90), (EAST, 119), (HUB, 160), (HUB, 200), (WEST, 250), (WEST, 399))
    ):
        scanner = (0, 3, 7)[facility] + nth % 3
        rows.scans.append(ScanRow(at + after * MIN + 7, code, turn, facility, turn % 2, scanner))


def _round(rows: Journal, driver: int, depot: int, code: int, departed: int) -> None:
    at, done = departed, 0
    for origin, destination, minutes in ((depot, DOOR, 40), (DOOR, DOOR, 5), (DOOR, depot, 40)):
        length = 0 if origin == destination else 6_000
        its = (code if origin == DOOR else -1, code if destination == DOOR else -1)
        rows.legs.append(
            LegRow(
                at,
                at + minutes * MIN,
                departed,
                driver,
                driver,
                origin,
                its[0],
                destination,
                its[1],
                done,
                done,
                length,
            )
        )
        at, done = at + minutes * MIN, done + length


def slice_of(rows: Journal | None = None) -> Slice:
    """All of a journal as one slice."""
    return (rows or journal()).cut(0, 0)


def planned(one: Scenario, rows: Journal | None = None) -> tuple[Cast, Plan]:
    """The cast, and what its producers send about a journal."""
    cast, cut = build_cast(one), slice_of(rows)
    return cast, report(cast, cut, press(cast, cut))


def firings(plan: Plan, kind: str) -> list[Firing]:
    """What faults and mechanisms of this kind do."""
    return [firing for firing in plan.firings if firing.kind == kind]


def only_firing(plan: Plan, kind: str) -> Firing:
    """What the one fault or mechanism of this kind does, which must do something."""
    [firing] = firings(plan, kind)
    assert len(firing.rows)
    return firing


def by_identity(plan: Plan, column: str) -> dict[tuple[int, int, int], int]:
    """A column of the messages, by what they are called."""
    messages = plan.messages
    names = zip(messages.event_type.tolist(), messages.luck.tolist(), messages.copy.tolist(), strict=True)
    return dict(zip(names, getattr(messages, column).tolist(), strict=True))


def identities(plan: Plan, rows: np.ndarray | None = None) -> list[tuple[int, int, int]]:
    """Type, luck and copy of messages: what they are called whatever else is in the plan."""
    chosen = plan.messages if rows is None else plan.messages.take(rows)
    return sorted(zip(chosen.event_type.tolist(), chosen.luck.tolist(), chosen.copy.tolist(), strict=True))
