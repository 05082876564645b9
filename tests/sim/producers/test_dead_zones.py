"""A tunnel makes a burst: what a phone has to say in there comes at its end, in order."""

import msgspec
import numpy as np
import pytest
from plans_by_hand import DAY, MIN, S, only_firing, planned, scenario

from sim.producers.dead_zones import stretches, way_inside
from sim.producers.entities import actors
from sim.producers.names import PRODUCERS
from sim.producers.plan import type_code
from sim.scenario_parts.network import DeadZone
from sim.units import Distance
from sim.world.cast import build_cast
from sim.world.journal import Journal, LegRow

EAST_LAT, EAST_LON = 52.52, 13.40
AT_DEPOT = DeadZone("Depot cellar", EAST_LAT, EAST_LON, Distance(700))


def _with_zones(*zones: DeadZone):
    plain = scenario()
    return msgspec.structs.replace(plain, network=msgspec.structs.replace(plain.network, dead_zones=zones))


@pytest.fixture(scope="module")
def tunnel():
    return planned(_with_zones(AT_DEPOT))


def test_the_way_inside_a_circle_on_the_way():
    r"""
       start          zone            end
         |        (----+----)          |
    lon 13.30     13.34 13.36 13.38   13.42        one degree here is 67.6 km
    """
    zone = DeadZone("T", 52.6, 13.36, Distance(1_352))
    one = np.array([1.0])
    first, last = way_inside(zone, (52.6 * one, 13.30 * one), (52.6 * one, 13.42 * one))
    assert first[0] == pytest.approx((13.34 - 13.30) / 0.12, abs=0.002)
    assert last[0] == pytest.approx((13.38 - 13.30) / 0.12, abs=0.002)
    for lat in (52.62, 52.0):
        first, last = way_inside(zone, (lat * one, 13.30 * one), (lat * one, 13.42 * one))
        assert not (first < last).any()


def test_a_way_that_ends_before_the_zone_misses_it_and_one_inside_is_wholly_in_it():
    zone, one = DeadZone("T", 52.6, 13.36, Distance(1_352)), np.array([1.0])
    first, last = way_inside(zone, (52.6 * one, 13.30 * one), (52.6 * one, 13.33 * one))
    assert not first[0] < last[0]
    for end in (13.361, 13.36):
        first, last = way_inside(zone, (52.6 * one, 13.36 * one), (52.6 * one, end * one))
        assert (first[0], last[0]) == (0.0, 1.0)


def test_a_zone_on_the_date_line_is_found_from_both_sides():
    zone, one = DeadZone("T", -16.8, -179.99, Distance(2_000)), np.array([1.0])
    for start, end in ((179.9, 180.1), (-179.9, -180.1), (180.1, 179.9)):
        first, last = way_inside(zone, (-16.8 * one, start * one), (-16.8 * one, end * one))
        assert 0 < first[0] < last[0] < 1


def test_what_touches_is_one_stretch_and_other_rounds_are_others():
    cast = build_cast(_with_zones(AT_DEPOT))
    rows = Journal()
    for departed in (0, 20 * MIN):
        for leg in range(2):  # twice ten minutes at the depot
            at = departed + leg * 10 * MIN
            rows.legs.append(LegRow(at, at + 10 * MIN, departed, 7, 7, 1, -1, 1, -1, 0, 0, 0))
    found = stretches(cast, rows.cut(0, 0).legs)
    assert found.begin.tolist() == [0, 20 * MIN]
    assert found.end.tolist() == [20 * MIN, 40 * MIN]


def test_a_burst_comes_at_the_end_of_the_zone_in_order(tunnel):
    cast, plan = tunnel
    firing = only_firing(plan, "dead_zone")
    assert firing.fault_id == "producers.driver_app.dead_zone"
    held = plan.messages.take(firing.rows)
    assert set(held.producer.tolist()) == {PRODUCERS.index("driver_app")}
    assert (held.ingest_time - held.producer_time == firing.held_us).all()
    bursts = np.array(firing.cause.to_pylist())
    several = 0
    for burst in np.unique(bursts):
        its = held.take(np.flatnonzero(bursts == burst))
        its = its.take(np.argsort(its.ingest_time))
        assert len(set(its.device.tolist())) == 1
        assert (np.diff(its.producer_time) >= 0).all()
        assert (np.diff(its.ingest_time) == 5_000).all()
        assert its.producer_time.max() < its.ingest_time.min()
        several += len(its) > 2
    assert several > 10
    driver = actors(held.device[:1])[0]
    assert bursts[0].startswith(f"phone {cast.crew.driver_ids[driver]} without a signal in Depot cellar, 2026-03-0")


def test_a_phone_is_silent_just_where_its_van_is_inside(tunnel):
    _, plan = tunnel
    zone, messages = AT_DEPOT, plan.messages
    held = np.zeros(len(messages), dtype=bool)
    held[only_firing(plan, "dead_zone").rows] = True
    pings = np.flatnonzero(messages.event_type == type_code("driver.location"))
    table = plan.facts["driver.location"].table
    north = (table["geo_lat"].to_numpy() - zone.lat) * 111.32
    east = (table["geo_lon"].to_numpy() - zone.lon) * 111.32 * np.cos(np.radians(zone.lat))
    inside = np.hypot(north, east) < zone.radius.m / 1000
    # A ping is sent some seconds after it is taken, by when the van may have left or entered.
    near = inside | held[pings]
    assert inside.sum() > 50
    assert (held[pings] == inside)[near].mean() > 0.9


def test_no_zone_no_burst_and_everybody_else_sends_as_ever(tunnel):
    plain = planned(scenario())[1]
    assert not plain.firings
    untouched = np.ones(len(plain.messages), dtype=bool)
    untouched[only_firing(tunnel[1], "dead_zone").rows] = False
    assert (plain.messages.ingest_time == tunnel[1].messages.ingest_time)[untouched].all()


def test_the_end_of_a_round_ends_the_silence(tunnel):
    firing = only_firing(tunnel[1], "dead_zone")
    messages = tunnel[1].messages.take(firing.rows)
    since = (messages.ingest_time - tunnel[1].start) % DAY
    assert since.max() < (11 * 60 + 85) * MIN + 41 * S + 5 * S
