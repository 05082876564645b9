"""The press: facts of one slice keep the contract, hang on nothing but their own row, and end with the run."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hand_slices import HOUR, HUB, MIN, NORTH, WEST, cut, one_life, round_of, small, some_code
from msgspec.structs import replace

from pipeline.contract.events import EVENT_TYPES
from sim.facts import Facts
from sim.scenario import Fleet
from sim.truth import fact_schema
from sim.units import Distance, Duration, Share
from sim.world.cast import Cast, build_cast
from sim.world.facts import press
from sim.world.journal import CapacityRow, DutyRow, Journal, LegRow
from sim.world.labels import shipment_ids, trace_ids
from sim.world.orders import codes

PINGS = ("driver.location", "vehicle.telemetry")


@pytest.fixture(scope="module")
def cast() -> Cast:
    return build_cast(small())


@pytest.fixture(scope="module")
def facts(cast: Cast) -> dict[str, Facts]:
    return press(cast, cut(one_life(cast)))


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_facts_of_every_type_are_as_many_as_their_columns_say(facts, event_type):
    table = facts[event_type].table.cast(fact_schema(event_type))
    assert table.num_rows == len(facts[event_type]) == len(facts[event_type].actor) > 0


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_an_empty_slice_gives_every_type(cast, event_type):
    empty = press(cast, cut(Journal()))
    assert tuple(empty) == tuple(EVENT_TYPES)
    assert len(empty[event_type]) == 0
    assert empty[event_type].table.cast(fact_schema(event_type)).num_rows == 0


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_facts_are_in_order_with_luck_and_ids_of_their_own(facts, event_type):
    one = facts[event_type]
    times = one.table["event_time"].cast(pa.int64()).to_pylist()
    assert times == sorted(times)
    assert len(np.unique(one.luck)) == len(one) == len(set(one.table["event_id"].to_pylist()))
    assert len(one.actor) == len(one.tenant) == len(one.facility) == len(one)


def test_facts_know_who_reports_them_and_where(cast, facts):
    assert facts["shipment.created"].facility.tolist() == [NORTH]
    assert facts["shipment.status.changed"].actor.tolist() == [0, 0, 0, 0, 3, 3]
    assert facts["shipment.status.changed"].facility.tolist() == [NORTH, NORTH, NORTH, HUB, WEST, WEST]
    assert facts["facility.scan"].actor.tolist() == [3, 3, 0, 0, 5, 5]
    assert facts["facility.scan"].table["scanner_id"].to_pylist()[::2] == ["SC-NORTH-1", "SC-HUB-1", "SC-WEST-1"]
    assert facts["facility.capacity.changed"].actor.tolist() == [0, 1, 2, 3, 4]
    assert set(facts["vehicle.telemetry"].actor) == {0, 2}
    assert set(facts["driver.location"].actor) == {0, 3}
    assert set(facts["driver.location"].facility) == {NORTH, WEST}
    assert set(facts["driver.location"].tenant) == {-1}
    assert set(facts["shipment.eta.updated"].tenant) == {0}


def test_a_shipment_keeps_its_tenant_and_trace_and_everything_else_has_none(cast, facts):
    code = np.array([some_code(cast)])
    owner = ("acme", trace_ids(cast.rng, code)[0].as_py())
    for one in facts.values():
        about = "shipment_id" in one.table.column_names
        assert {(row["tenant_id"], row["trace_id"]) for row in one.table.to_pylist()} == {
            owner if about else (None, None)
        }
        if about:
            assert set(one.table["shipment_id"].to_pylist()) == {shipment_ids(code)[0].as_py()}


def test_ids_are_the_code_and_random_bits(cast):
    assert shipment_ids(np.array([0xABC, (1 << 45) - 1])).to_pylist() == ["S-000000000ABC", "S-1FFFFFFFFFFF"]
    traces = trace_ids(cast.rng, codes(0, 0, 1000)).to_pylist()
    assert len(set(traces)) == 1000
    assert all(len(trace) == 32 and trace == trace.lower() for trace in traces)
    assert abs(sum(bin(int(trace, 16)).count("1") for trace in traces) / 128_000 - 0.5) < 0.01


def test_what_happens_after_the_run_is_left_out(cast, facts):
    moment = 8 * HOUR
    shorter = build_cast(replace(cast.scenario, duration=Duration(moment)))
    assert shorter.recipients == cast.recipients
    for event_type, one in press(shorter, cut(one_life(cast))).items():
        times = facts[event_type].table["event_time"].cast(pa.int64()).to_numpy()
        expected = facts[event_type].table.slice(0, int((times < cast.start_us + moment).sum()))
        assert one.table.equals(expected), event_type


def test_facts_do_not_move_when_others_join_them(cast, facts):
    journal = one_life(cast)
    other = int(codes(1, 2, 9)[8])
    journal.booked.insert(0, journal.booked[0]._replace(shipment=other, time_us=HOUR - 1))
    journal.scans.insert(0, journal.scans[0]._replace(shipment=other))
    round_of(journal, 1, 1, NORTH, other, 100 * MIN)
    joined = press(cast, cut(journal))
    for event_type, one in facts.items():
        rows = joined[event_type].table.to_pylist()
        assert len(rows) > len(one) or event_type not in ("shipment.created", "facility.scan", *PINGS)
        assert [
            row for row in rows if row["event_id"] in set(one.table["event_id"].to_pylist())
        ] == one.table.to_pylist()


@pytest.mark.parametrize("event_type", PINGS)
def test_pings_come_each_interval_while_a_round_lasts_and_at_no_other_time(cast, facts, event_type):
    times = facts[event_type].table["event_time"].cast(pa.int64()).to_numpy() - cast.start_us
    for driver, begin in ((0, 430), (3, 600)):
        inside = times[(times >= begin * MIN) & (times < (begin + 23) * MIN)]
        assert len(inside) == 23, driver
        due = (begin + np.arange(23)) * MIN
        assert (inside >= due).all()
        assert (inside < due + 0.2 * MIN).all()
        assert (inside % 1_000_000 != 0).mean() > 0.9
    assert len(times) == 46


def test_a_phone_is_on_the_way_and_stands_at_the_door(cast, facts):
    rows = [r for r in facts["driver.location"].table.to_pylist() if r["driver_id"] == "D-WEST-01"]
    delivered = facts["shipment.status.changed"].table.to_pylist()[-1]
    lat = np.array([row["geo_lat"] for row in rows])
    lon = np.array([row["geo_lon"] for row in rows])
    assert np.abs(lat[10:13] - delivered["geo_lat"]).max() < 0.0001
    assert np.abs(lon[10:13] - delivered["geo_lon"]).max() < 0.0001
    away = np.hypot(lat - cast.lat[WEST], lon - cast.lon[WEST])
    assert (np.diff(away[:10]) > -0.0002).all()
    assert (np.diff(away[13:]) < 0.0002).all()
    assert np.diff(away[:10]).max() > 3 * np.diff(away[:10])[0]


def test_vans_move_between_stops_and_their_odometers_never_turn_back(facts):
    rows = [r for r in facts["vehicle.telemetry"].table.to_pylist() if r["vehicle_id"] == "V-NORTH-01"]
    odometer = np.array([row["odometer_km"] for row in rows])
    assert (np.diff(odometer) >= 0).all()
    assert odometer[-1] - odometer[0] == pytest.approx(12, abs=0.2)
    assert [row["speed_kmh"] for row in rows[10:13]] == [0, 0, 0]
    assert max(row["speed_kmh"] for row in rows) == pytest.approx(36 * np.pi / 2, rel=0.03)
    assert {row["harsh_brakes"] for row in rows[10:13]} == {0}


def _long_day(fleet: Fleet) -> list[dict[str, object]]:
    """Rounds of one van, one after the other, 12 km each, its tank never filled; then a breakdown of 90 minutes."""
    cast, journal = build_cast(small(fleet=fleet)), Journal()
    for nth in range(30):
        round_of(journal, 0, 0, NORTH, some_code(cast), nth * 23 * MIN, nth * 12_000)
    begin = 30 * 23 * MIN
    journal.legs.append(LegRow(begin, begin + 90 * MIN, begin, 0, 0, NORTH, -1, NORTH, -1, 360_000, 360_000, 0))
    return press(cast, cut(journal))["vehicle.telemetry"].table.to_pylist()


def test_a_tank_empties_with_the_way_since_it_was_full():
    fuel = [row["fuel_pct"] for row in _long_day(Fleet(range=Distance(400_000)))]
    assert fuel[0] == 100
    assert fuel == sorted(fuel, reverse=True)
    assert fuel[-1] == 10


def test_only_chilled_vans_tell_how_cold_it_is():
    assert {row["temperature_c"] for row in _long_day(Fleet())} == {None}
    chilled = [row["temperature_c"] for row in _long_day(Fleet(chilled_vans=Share(1.0)))]
    steps = np.diff(chilled)
    assert 2 <= min(chilled) < 3.6
    assert 6 < max(chilled) <= 8
    assert np.argmax(chilled) > len(chilled) - 20
    assert np.abs(steps).max() < 0.4


def test_a_share_of_the_vans_is_chilled():
    fleet = Fleet(drivers_per_depot=40, vans_per_depot=40, chilled_vans=Share(0.4))
    cast, journal = _busy(fleet)
    one = press(cast, cut(journal))["vehicle.telemetry"]
    warm = one.table["temperature_c"].is_null().to_numpy()
    assert (warm == ~np.array(cast.crew.chilled)[one.actor]).all()
    assert 0.2 < np.mean(cast.crew.chilled) < 0.6


def _busy(fleet: Fleet) -> tuple[Cast, Journal]:
    """Forty drivers, thirty rounds each."""
    cast, journal = build_cast(small(fleet=fleet)), Journal()
    for driver in range(40):
        for nth in range(30):
            round_of(journal, driver, driver, NORTH, some_code(cast), nth * 23 * MIN, nth * 12_000)
    return cast, journal


def test_harsh_brakes_are_rare_but_there_and_never_of_a_van_that_stands():
    cast, journal = _busy(Fleet(drivers_per_depot=40, vans_per_depot=40))
    table = press(cast, cut(journal))["vehicle.telemetry"].table
    brakes, speed = table["harsh_brakes"].to_numpy(), table["speed_kmh"].to_numpy()
    counts = np.bincount(brakes) / len(brakes)
    assert 0.9 < counts[0] < 1
    assert counts[1] > 5 * counts[3] > 0
    assert len(brakes[speed == 0]) > 1000
    assert not brakes[speed == 0].any()


def test_a_reading_that_would_come_after_the_round_does_not_come():
    """Due every 22 minutes in rounds of 23, and up to 4.4 minutes late."""
    cast, journal = _busy(Fleet(drivers_per_depot=40, vans_per_depot=40, location_interval=Duration(22 * MIN)))
    one = press(cast, cut(journal))["driver.location"]
    since = (one.table["event_time"].cast(pa.int64()).to_numpy() - cast.start_us) % (23 * MIN)
    assert 1200 * 1.1 < len(one) < 1200 * 1.35
    assert set((since > 22 * MIN).tolist()) == {True, False}
    assert ((since < 4.4 * MIN) | (since > 22 * MIN)).all()
    assert (since < 4.4 * MIN).sum() == 1200


def test_what_a_driver_does_at_one_moment_has_luck_of_its_own(cast):
    journal = Journal()
    journal.duties += [DutyRow(HOUR, 1, duty, -1) for duty in (2, 3)]
    journal.capacities += [CapacityRow(HOUR, HUB, 3, reason) for reason in (0, 3)]
    facts = press(cast, cut(journal))
    for event_type in ("driver.status.changed", "facility.capacity.changed"):
        assert len(np.unique(facts[event_type].luck)) == 2


def test_two_rounds_of_a_driver_without_a_pause_share_no_luck(cast):
    journal = Journal()
    for nth in range(3):
        round_of(journal, 0, 0, NORTH, some_code(cast), nth * 23 * MIN, nth * 12_000)
    facts = press(cast, cut(journal))
    assert [len(np.unique(facts[event_type].luck)) for event_type in PINGS] == [69, 69]


def test_legs_may_come_in_any_order(cast, facts):
    journal = one_life(cast)
    journal.legs.reverse()
    turned = press(cast, cut(journal))
    for event_type in PINGS:
        assert turned[event_type].table.equals(facts[event_type].table)
