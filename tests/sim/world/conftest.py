"""A small network that has everything: a hub with one dock, depots that close at night, tight vans, failed attempts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from whole_worlds import simulate

from sim.distributions import Constant
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.truth import Truth
from sim.units import ClockTime, Duration, OpeningHours, Rate, Share


def _lane(between: tuple[str, str], carrier: str, travel_time: str) -> Lane:
    headway = Duration.parse("20 min")
    return Lane(between, carrier, Duration.parse(travel_time), headway=headway, vehicle_capacity=8)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    day = OpeningHours.parse("06:00-20:00")
    return Scenario(
        name="small",
        seed=11,
        start=datetime(2026, 3, 28, 2, 30, tzinfo=UTC),
        duration=Duration.parse("3 d"),
        network=Network(
            facilities=(
                Facility("HUB", "Hub", "hub", 52.45, 13.30, "Europe/Berlin", docks=1),
                Facility("NORTH", "North", "depot", 52.60, 13.35, "Europe/Berlin", docks=2, open=day),
                Facility("WEST", "West", "depot", 52.50, 12.90, "Europe/London", docks=1, open=day),
                Facility("SOUTH", "South", "depot", 52.30, 13.40, "Europe/Berlin", docks=1, open=day),
            ),
            carriers=(Carrier("NORD", "Nordlinie"), Carrier("SUED", "Suedfracht")),
            lanes=(
                _lane(("NORTH", "HUB"), "NORD", "30 min"),
                _lane(("HUB", "WEST"), "SUED", "40 min"),
                _lane(("SOUTH", "HUB"), "SUED", "35 min"),
            ),
        ),
        tenants=(Tenant("acme", 3.0), Tenant("globex", 1.0, Share(0.5))),
        demand=Demand(Rate.parse("20/h"), Duration.parse("30 h")),
        fleet=Fleet(
            drivers_per_depot=5,
            vans_per_depot=2,
            shift_starts=(ClockTime.parse("07:00"), ClockTime.parse("13:00")),
            leg_time=Duration.parse("3 min"),
            stop_time=Constant(Duration.parse("1 min")),
            failed_attempt=Share(0.3),
            max_attempts=2,
        ),
    )


@pytest.fixture(scope="session")
def truth(scenario: Scenario) -> Truth:
    return simulate(scenario)
