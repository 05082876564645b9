"""Two towns, a hub and two depots each, with a cross-dock between: what goes wrong in one is far from the other."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from sim.distributions import Gamma
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.scenario_parts.network import RushHour, Weather
from sim.units import ClockTime, Distance, Duration, OpeningHours, Rate, Share

HOUR = 3_600_000_000
HUB_E, E1, E2, HUB_W, W1, W2, BOX, CROSS = range(8)
EAST, WEST = (HUB_E, E1, E2), (HUB_W, W1, W2, BOX)


def _lane(a: str, b: str, travel_time: str, **more: object) -> Lane:
    return Lane((a, b), "C", Duration.parse(travel_time), headway=Duration.parse("30 min"), **more)


def _facilities() -> tuple[Facility, ...]:
    return (
        Facility("HUB-E", "Hub east", "hub", 52.5, 13.4, region="east", docks=3, sorter=Rate(2000.0)),
        Facility("E1", "East 1", "depot", 52.6, 13.5, region="east", docks=2, sorter=Rate(1500.0)),
        Facility("E2", "East 2", "depot", 52.4, 13.3, region="east", docks=2, sorter=Rate(1500.0)),
        Facility("HUB-W", "Hub west", "hub", 52.4, 9.7, region="west", docks=3, sorter=Rate(2000.0)),
        Facility("W1", "West 1", "depot", 52.5, 9.8, region="west", docks=2, sorter=Rate(1500.0)),
        Facility("W2", "West 2", "depot", 52.3, 9.6, region="west", docks=2, sorter=Rate(1500.0)),
        Facility("BOX", "Box", "locker", 52.51, 9.79, region="west", depot="W1", slots=6),
        Facility("CROSS", "Cross-dock", "cross_dock", 52.45, 11.5, region="middle"),
    )


def _lanes() -> tuple[Lane, ...]:
    return (
        _lane("HUB-E", "CROSS", "90 min"),
        _lane("CROSS", "HUB-W", "90 min"),
        _lane("E1", "HUB-E", "30 min"),
        _lane("E2", "HUB-E", "30 min"),
        _lane("W1", "HUB-W", "30 min"),
        _lane("W2", "HUB-W", "30 min"),
    )


def two_towns(*disruptions: object, network: dict[str, object] | None = None, **changes: object) -> Scenario:
    """Two days of them from a Monday on, with these disruptions and changes."""
    scenario = Scenario(
        name="two-towns",
        seed=21,
        start=datetime(2026, 3, 2, tzinfo=UTC),
        duration=Duration.parse("2 d"),
        network=Network(_facilities(), (Carrier("C", "Carrier"),), _lanes()),
        tenants=(Tenant("acme", 3.0, chilled=Share(0.1), to_locker=Share(0.3)), Tenant("globex", 1.0, Share(0.5))),
        demand=Demand(Rate.parse("80/h"), Duration.parse("36 h")),
        fleet=Fleet(
            drivers_per_depot=8,
            vans_per_depot=6,
            shift_starts=(ClockTime.parse("06:00"), ClockTime.parse("12:00")),
            leg_time=Duration.parse("4 min"),
            stop_time=Gamma(Duration.parse("2 min"), 4.0),
            chilled_vans=Share(0.4),
            max_attempts=2,
        ),
        disruptions=disruptions,
    )
    if network:
        changes["network"] = msgspec.structs.replace(scenario.network, **network)
    return msgspec.structs.replace(scenario, **changes)


def hard_times() -> Scenario:
    """Everything at once: weather, rush hours, breakdowns, short tanks, few driving hours, returns."""
    weather = Weather("snow", Share(0.3), 2.0)
    rush = RushHour(OpeningHours.parse("07:00-09:30"), 1.8)
    acme = Tenant("acme", 3.0, chilled=Share(0.1), to_locker=Share(0.4), returns=Share(0.5))
    hard = two_towns(network={"weather": (weather,), "rush_hours": (rush,)}, tenants=(acme,))
    fleet = msgspec.structs.replace(
        hard.fleet,
        breakdown_every=Duration.parse("8 h"),
        range=Distance(60_000),
        break_after=Duration.parse("90 min"),
        driving_max=Duration.parse("4 h"),
        failed_attempt=Share(0.3),
    )
    return msgspec.structs.replace(hard, fleet=fleet, duration=Duration.parse("4 d"))
