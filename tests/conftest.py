"""A small world that many tests share: two depots, one hub, half a day."""

from datetime import UTC, datetime

import pytest

from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario, Tenant
from sim.units import Duration, Rate, Share

HOUR = 3600 * 1_000_000


@pytest.fixture(scope="session")
def small_scenario() -> Scenario:
    """No faults; some thousand messages."""
    return Scenario(
        name="small",
        seed=11,
        start=datetime(2026, 3, 2, 4, tzinfo=UTC),
        duration=Duration(14 * HOUR),
        network=Network(
            facilities=(
                Facility("HUB", "Hub", "hub", 52.45, 13.30, "Europe/Berlin"),
                Facility("EAST", "East", "depot", 52.52, 13.40, "Europe/Berlin"),
                Facility("WEST", "West", "depot", 52.39, 13.06, "Europe/Berlin"),
            ),
            carriers=(Carrier("NORD", "Nordlinie"),),
            lanes=(
                Lane(("EAST", "HUB"), "NORD", Duration(HOUR // 2)),
                Lane(("WEST", "HUB"), "NORD", Duration(HOUR // 2)),
            ),
        ),
        tenants=(Tenant("acme", 3.0), Tenant("globex", 1.0, Share(0.5))),
        demand=Demand(rate=Rate(20.0), until=Duration(6 * HOUR)),
        fleet=Fleet(drivers_per_depot=2, vans_per_depot=2),
    )
