"""Odd scenarios: one depot, no demand, work of no length, hours that never fit, more shift than day."""

from datetime import UTC, datetime

import msgspec
import pytest
from whole_worlds import simulate

from sim.distributions import Constant
from sim.scenario import Carrier, Demand, Facility, Fleet, Lane, Network, Scenario
from sim.truth import fact_schema
from sim.units import ClockTime, Duration, OpeningHours, Rate, Share


@pytest.fixture
def tiny() -> Scenario:
    return Scenario(
        name="tiny",
        start=datetime(2026, 1, 1, 6, tzinfo=UTC),
        duration=Duration.parse("12 h"),
        network=Network(
            (Facility("HUB", "Hub", "hub", 0.0, 179.999), Facility("A", "A", "depot", 0.0, 179.999)),
            (Carrier("C", "Carrier"),),
            (Lane(("A", "HUB"), "C", Duration.parse("30 min")),),
        ),
        demand=Demand(Rate.parse("10/h"), Duration.parse("4 h")),
        fleet=Fleet(leg_time=Duration.parse("2 min"), stop_time=Constant(Duration.parse("1 min"))),
    )


def _statuses(scenario: Scenario) -> list[str]:
    return simulate(scenario).facts["shipment.status.changed"]["status"].to_pylist()


def test_with_one_depot_a_parcel_stays_in_town(tiny):
    statuses = _statuses(tiny)
    assert "delivered" in statuses
    assert "in_transit" not in statuses


def test_a_door_across_the_date_line_is_still_near(tiny):
    facts = simulate(tiny).facts
    lons = facts["driver.location"]["geo_lon"].to_pylist()
    assert min(lons) < -179.9
    assert max(lons) <= 180
    assert max(facts["vehicle.telemetry"]["speed_kmh"].to_pylist()) < 130


def test_without_demand_nothing_moves_and_every_table_is_there(tiny):
    facts = simulate(msgspec.structs.replace(tiny, demand=Demand(Rate(0.0), Duration.parse("4 h")))).facts
    for event_type in ("shipment.created", "facility.scan", "driver.location", "vehicle.telemetry"):
        assert facts[event_type].num_rows == 0
        assert facts[event_type].schema == fact_schema(event_type)
    assert facts["driver.status.changed"].num_rows > 0


def test_stops_and_ways_of_no_length_still_take_their_turn(tiny):
    fleet = msgspec.structs.replace(tiny.fleet, leg_time=Duration(0), stop_time=Constant(Duration(0)))
    facts = simulate(msgspec.structs.replace(tiny, fleet=fleet)).facts["shipment.status.changed"]
    assert "delivered" in facts["status"].to_pylist()
    keys = [(row["shipment_id"], row["event_time"]) for row in facts.to_pylist()]
    assert len(set(keys)) == len(keys)


def test_who_always_fails_sends_everything_back(tiny):
    statuses = simulate(
        msgspec.structs.replace(tiny, fleet=msgspec.structs.replace(tiny.fleet, failed_attempt=Share(1.0)))
    ).facts["shipment.status.changed"]
    assert "delivered" not in statuses["status"].to_pylist()
    assert "returned" in statuses["reason"].to_pylist()


def test_shifts_longer_than_a_day_do_not_overlap(tiny):
    fleet = msgspec.structs.replace(
        tiny.fleet, drivers_per_depot=1, shift_starts=(ClockTime.parse("07:00"),), shift_length=Duration.parse("30 h")
    )
    long = msgspec.structs.replace(tiny, fleet=fleet, duration=Duration.parse("5 d"))
    rows = simulate(long).facts["driver.status.changed"].to_pylist()
    shifts = [row["status"] for row in rows if row["status"].endswith("shift")]
    assert shifts == (["on_shift", "off_shift"] * 3)[: len(shifts)]
    assert len(shifts) >= 4


def test_a_depot_that_opens_for_a_quarter_of_an_hour_sends_nobody_out(tiny):
    hub, depot = tiny.network.facilities
    shut = msgspec.structs.replace(depot, open=OpeningHours.parse("08:00-08:15"))
    network = msgspec.structs.replace(tiny.network, facilities=(hub, shut))
    facts = simulate(msgspec.structs.replace(tiny, network=network)).facts
    assert set(facts["shipment.status.changed"]["status"].to_pylist()) == {"created"}
    assert set(facts["driver.status.changed"]["status"].to_pylist()) == {"on_shift", "off_shift"}


def test_a_vehicle_loads_only_what_gets_on_board_before_the_gate_shuts(tiny):
    hub, depot = tiny.network.facilities
    brief = msgspec.structs.replace(hub, docks=20, open=OpeningHours.parse("09:00-09:10"))
    lane = msgspec.structs.replace(tiny.network.lanes[0], headway=Duration.parse("10 min"))
    network = msgspec.structs.replace(
        tiny.network,
        facilities=(brief, depot, msgspec.structs.replace(depot, id="B")),
        lanes=(lane, msgspec.structs.replace(lane, between=("B", "HUB"))),
    )
    busy = msgspec.structs.replace(
        tiny,
        network=network,
        duration=Duration.parse("2 d"),
        demand=Demand(Rate.parse("800/h"), Duration.parse("1 h")),
        fleet=Fleet(leg_time=Duration.parse("10 s"), stop_time=Constant(Duration.parse("5 s"))),
    )
    scans = simulate(busy).facts["facility.scan"].to_pylist()
    left = [s["event_time"] for s in scans if (s["facility_id"], s["scan_type"]) == ("HUB", "departure")]
    assert len(left) > 300
    assert all((moment.hour, moment.minute // 10) == (9, 0) for moment in left)


def test_who_comes_back_late_clocks_out_after_that(tiny):
    """One stop an hour away just fits the shift as planned, so that bad luck on the road makes overtime."""
    fleet = msgspec.structs.replace(
        tiny.fleet,
        drivers_per_depot=30,
        vans_per_depot=30,
        stops_per_round=1,
        leg_time=Duration.parse("1 h"),
        shift_starts=(ClockTime.parse("09:00"),),
        shift_length=Duration.parse("150 min"),
    )
    demand = msgspec.structs.replace(tiny.demand, rate=Rate.parse("60/h"))
    late = msgspec.structs.replace(tiny, fleet=fleet, demand=demand)
    rows = simulate(late).facts["driver.status.changed"].to_pylist()
    duties = {row["driver_id"]: [] for row in rows}
    for row in rows:
        duties[row["driver_id"]].append((row["status"], row["event_time"]))
    worked_s = [(times[-1][1] - times[0][1]).total_seconds() for times in duties.values()]
    assert max(worked_s) > 150 * 60
    for times in duties.values():
        assert [status for status, _ in times] == ["on_shift", "driving", "at_depot", "off_shift"]
        assert times[2][1] < times[3][1]
