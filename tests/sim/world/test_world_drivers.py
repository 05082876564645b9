"""Drivers and vans: one place at a time, work only on shift, pings only on the road."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import msgspec
import pyarrow as pa
import pytest
from whole_worlds import simulate


def _group(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


@pytest.fixture(scope="module")
def duties(truth):
    return _group(truth.facts["driver.status.changed"].to_pylist(), "driver_id")


@pytest.fixture(scope="module")
def rounds(duties):
    """Driver, vehicle, departure and return (none if the run ends first) of each round."""
    found = []
    for driver, rows in duties.items():
        for k, row in enumerate(rows):
            if row["status"] == "driving":
                back = rows[k + 1]["event_time"] if k + 1 < len(rows) else None
                found.append((driver, row["vehicle_id"], row["event_time"], back))
    return found


def test_duties_follow_each_other_so_that_no_shifts_overlap(duties):
    following = {
        "on_shift": {"driving", "off_shift"},
        "driving": {"at_depot"},
        "at_depot": {"driving", "off_shift"},
        "off_shift": {"on_shift"},
    }
    for rows in duties.values():
        assert rows[0]["status"] == "on_shift"
        for before, after in pairwise(rows):
            assert after["status"] in following[before["status"]]
            assert before["event_time"] < after["event_time"]


def test_every_driver_of_every_depot_works_each_day(duties, scenario):
    assert len(duties) == 3 * scenario.fleet.drivers_per_depot
    for rows in duties.values():
        assert sum(row["status"] == "on_shift" for row in rows) == 3


def test_a_van_is_out_with_one_driver_at_a_time_and_stays_with_its_depot(rounds):
    for van, trips in _group([dict(zip(("d", "v", "t", "b"), r, strict=True)) for r in rounds], "v").items():
        trips.sort(key=lambda trip: trip["t"])
        assert all(a["b"] is not None and a["b"] < b["t"] for a, b in pairwise(trips))
        assert all(trip["d"].split("-")[1] == van.split("-")[1] for trip in trips)


def test_vans_are_scarce_enough_to_make_drivers_wait(duties, rounds):
    assert len({van for _, van, _, _ in rounds}) == 6
    assert len(duties) == 15


def test_rounds_end_inside_the_shift_or_were_unlucky(duties, scenario):
    overtime_s = []
    for rows in duties.values():
        begins = [row["event_time"] for row in rows if row["status"] == "on_shift"]
        for row in rows:
            if row["status"] == "at_depot":
                shift = max(t for t in begins if t < row["event_time"])
                overtime_s.append((row["event_time"] - shift).total_seconds() - scenario.fleet.shift_length.s)
    assert sum(over > 0 for over in overtime_s) < len(overtime_s) * 0.05
    assert max(overtime_s) < 900


@pytest.mark.parametrize("event_type", ["driver.location", "vehicle.telemetry"])
def test_pings_come_each_interval_while_a_round_lasts_and_at_no_other_time(truth, rounds, scenario, event_type):
    pings = _group(truth.facts[event_type].to_pylist(), "driver_id")
    interval_s = scenario.fleet.location_interval.s
    seen = 0
    for driver, van, departs, back in rounds:
        if back is None:
            seen += sum(ping["event_time"] >= departs for ping in pings[driver])
            continue
        inside = [ping for ping in pings[driver] if departs <= ping["event_time"] < back]
        seen += len(inside)
        assert {ping["vehicle_id"] for ping in inside} == {van}
        assert abs(len(inside) - (back - departs).total_seconds() / interval_s) <= 1
    assert seen == truth.facts[event_type].num_rows


@pytest.mark.parametrize("event_type", ["driver.location", "vehicle.telemetry"])
def test_pings_are_spread_over_the_second(truth, event_type):
    micros = truth.facts[event_type]["event_time"].cast(pa.int64()).to_numpy() % 1_000_000
    assert (micros != 0).mean() > 0.99


def test_a_delivery_is_where_its_driver_is(truth):
    """At the moment a parcel is handed over, some phone within a ping's reach was near that door."""
    pings = truth.facts["driver.location"].to_pylist()
    for stop in [r for r in truth.facts["shipment.status.changed"].to_pylist() if r["status"] == "delivered"][:50]:
        near = [
            p for p in pings
            if abs((p["event_time"] - stop["event_time"]).total_seconds()) < 120
            and abs(p["geo_lat"] - stop["geo_lat"]) + abs(p["geo_lon"] - stop["geo_lon"]) < 0.03
        ]  # fmt: skip
        assert near, stop


def test_odometers_never_turn_back_and_vans_move_at_city_speed(truth):
    rows = truth.facts["vehicle.telemetry"].to_pylist()
    for readings in _group(rows, "vehicle_id").values():
        assert all(a["odometer_km"] <= b["odometer_km"] for a, b in pairwise(readings))
        for a, b in pairwise(readings):
            hours = (b["event_time"] - a["event_time"]).total_seconds() / 3600
            assert b["odometer_km"] - a["odometer_km"] <= 131 * hours + 0.002
    moving = [row["speed_kmh"] for row in rows if row["speed_kmh"] > 0]
    assert 15 < sum(moving) / len(moving) < 60


def test_harsh_brakes_are_rare_but_there(truth):
    brakes = Counter(row["harsh_brakes"] for row in truth.facts["vehicle.telemetry"].to_pylist())
    assert 0.9 < brakes[0] / brakes.total() < 1


def test_a_driver_is_one_person(duties):
    people = {
        driver: {(row["driver_name"], row["driver_phone"], row["driver_email"]) for row in rows}
        for driver, rows in duties.items()
    }
    assert all(len(identities) == 1 for identities in people.values())
    assert len(set.union(*people.values())) == len(people)


def test_whose_shift_is_on_when_the_run_starts_clocks_in_then(scenario):
    late = msgspec.structs.replace(scenario, start=scenario.start + timedelta(hours=6))  # 09:30 in Berlin
    first = simulate(late).facts["driver.status.changed"].to_pylist()[0]
    assert first["status"] == "on_shift"
    assert (first["event_time"] - late.start).total_seconds() < 600
