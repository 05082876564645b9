"""No event of ten million contradicts another, in a world in which everything happens that can."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sim.distributions import Exponential
from sim.scenario import Demand, Fleet, Network, Peak, Scenario, Tenant
from sim.scenario_file import load_either
from sim.scenario_parts.disruptions import (
    CustomsHold,
    DemandSurge,
    FacilityClosed,
    LaneBlocked,
    SorterSlowdown,
    Storm,
    Strike,
    VehicleRecall,
)
from sim.shipped import shipped_networks
from sim.truth import parts, write_part, write_reference
from sim.units import ClockTime, Duration, Rate, Share
from sim.world.cast import build_cast
from sim.world.facts import press
from sim.world.invariants import Limits, check_truth
from sim.world.kernel import slices
from sim.world.movements import movements

HOUR = 3600 * 1_000_000


def hours(count: float) -> Duration:
    return Duration(int(count * HOUR))


def scenario() -> Scenario:
    """A week over the end of daylight saving; facilities and lanes are the network's own."""
    network = load_either(shipped_networks()["country"])
    assert isinstance(network, Network)
    hub = next(facility for facility in network.facilities if facility.kind == "hub")
    depot = next(facility for facility in network.facilities if facility.kind == "depot")
    lane = network.lanes[0].between
    everything = (
        FacilityClosed(facility=hub.id, after=hours(40), until=hours(52)),
        LaneBlocked(between=lane, after=hours(30), until=hours(36)),
        Storm(region=depot.region, after=hours(60), until=hours(75)),
        Strike(facility=depot.id, share=Share(0.5), after=hours(80), until=hours(100)),
        VehicleRecall(share=Share(0.3), after=hours(90), until=hours(110)),
        DemandSurge(factor=3.0, tenant="globex", after=hours(70), until=hours(72)),
        SorterSlowdown(facility=hub.id, speed=Share(0.3), after=hours(110), until=hours(120)),
        CustomsHold(between=lane, hold=Exponential(mean=hours(2)), after=hours(100), until=hours(140)),
    )
    return Scenario(
        name="ten-million",
        seed=5,
        start=datetime(2026, 10, 21, 22, tzinfo=UTC),
        duration=hours(7 * 24),
        network=network,
        tenants=(
            Tenant("acme", 3.0, to_locker=Share(0.2), returns=Share(0.05)),
            Tenant("globex", 1.0, express=Share(0.5), chilled=Share(0.1)),
        ),
        demand=Demand(
            rate=Rate(3_100.0),
            until=hours(6 * 24),
            timezone="Europe/Berlin",
            by_hour=(0.3,) * 6 + (1.2,) * 12 + (0.8,) * 6,
            peaks=(Peak(hours(50), hours(60), 4.0),),
        ),
        fleet=Fleet(
            drivers_per_depot=100,
            vans_per_depot=80,
            shift_starts=(ClockTime(6 * 3600), ClockTime(10 * 3600), ClockTime(22 * 3600)),
            location_interval=Duration(50_000_000),
            telemetry_interval=Duration(50_000_000),
            breakdown_every=hours(60),
            chilled_vans=Share(0.3),
        ),
        disruptions=everything,
    )


@pytest.mark.slow
def test_an_invariant_is_broken_by_none_of_ten_million_events(tmp_path: Path) -> None:
    cast, events = build_cast(scenario()), 0
    write_reference(tmp_path, cast)
    for one in slices(cast):
        facts = press(cast, one)
        events += sum(map(len, facts.values()))
        write_part(tmp_path, one.index, facts, movements(cast, one))
    assert events >= 10_000_000
    assert len(parts(tmp_path, "facts", "vehicle.telemetry")) > 50
    assert check_truth(tmp_path, Limits.of(cast.scenario)) == []
