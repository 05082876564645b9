"""Orders: a Poisson process whose rate follows the week, and draws that hang on nothing but seed and code."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hand_slices import BOX, HOUR, MIN, NORTH, WEST, small
from msgspec.structs import replace

from sim.arrays import I64
from sim.distributions import LogNormal
from sim.rng import Randomness
from sim.scenario import Demand, Peak, Scenario, Tenant
from sim.scenario_parts.disruptions import DemandSurge
from sim.units import Duration, Mass, Rate, Share
from sim.world.cast import Cast, build_cast
from sim.world.orders import RETURNED_BIT, bookings, codes, orders, tenants
from sim.world.places import road_km

RNG = Randomness(5)


def _demand(**changes: object) -> Demand:
    return replace(Demand(Rate.parse("2000/h"), Duration.parse("30 d")), **changes)


def _long(**changes: object) -> Scenario:
    return small(duration=Duration.parse("30 d"), **changes)


def _booked(scenario: Scenario, hour: int, hours: int = 1) -> tuple[I64, I64]:
    """Of several hours."""
    each = [bookings(scenario, RNG, hour + n) for n in range(hours)]
    return np.concatenate([times for times, _ in each]), np.concatenate([code for _, code in each])


@pytest.fixture(scope="module")
def cast() -> Cast:
    return build_cast(small())


def test_bookings_rise_within_their_hour_and_have_codes_of_their_own():
    times, code = bookings(_long(demand=_demand()), RNG, 7)
    assert times.dtype == code.dtype == np.int64
    assert (np.diff(times) >= 0).all()
    assert 7 * HOUR <= times[0] <= times[-1] < 8 * HOUR
    assert len(np.unique(code)) == len(code)


def test_bookings_are_a_poisson_process():
    """As many an hour as expected, with the variance of a Poisson distribution, spread evenly over the hour."""
    scenario = _long(demand=_demand())
    counts = np.array([len(bookings(scenario, RNG, hour)[0]) for hour in range(300)])
    assert counts.mean() == pytest.approx(2000, abs=4 * (2000 / 300) ** 0.5)
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.35)
    times = np.sort(_booked(scenario, 0, 50)[0] % HOUR) / HOUR
    steps = np.abs(times - np.arange(len(times)) / len(times))
    assert steps.max() < 1.63 / len(times) ** 0.5  # Kolmogorov and Smirnov, 1 %


def test_tenants_share_the_demand_by_weight():
    whose = tenants(_booked(_long(demand=_demand()), 0, 20)[1])
    assert (whose == 0).sum() / (whose == 1).sum() == pytest.approx(3, rel=0.05)


def test_an_hour_of_ten_times_the_demand_has_ten_times_the_orders():
    profile = tuple(10.0 if hour == 14 else 1.0 for hour in range(24))
    scenario = _long(demand=_demand(by_hour=profile, timezone="Asia/Kolkata"))
    counts = [len(_booked(scenario, 24 * day + 8, 1)[0]) for day in range(20)]  # 13:30 to 14:30 in India
    later = [len(_booked(scenario, 24 * day + 9, 1)[0]) for day in range(20)]
    quiet = [len(_booked(scenario, 24 * day + 12, 1)[0]) for day in range(20)]
    assert sum(counts) / sum(quiet) == pytest.approx(5.5, rel=0.05)
    assert sum(later) / sum(quiet) == pytest.approx(5.5, rel=0.05)
    times = _booked(scenario, 8)[0] - 8 * HOUR
    assert (times >= 30 * MIN).sum() / (times < 30 * MIN).sum() == pytest.approx(10, rel=0.3)


def test_the_profile_leaves_the_mean_of_a_week_as_it_is():
    demand = _demand(by_hour=tuple(float(hour) for hour in range(24)), by_weekday=(1.0, 1.0, 1.0, 1.0, 3.0, 0.5, 0.0))
    counts = np.array([len(bookings(_long(demand=demand), RNG, hour)[0]) for hour in range(168)])
    assert counts.sum() == pytest.approx(168 * 2000, rel=0.01)
    assert counts[6 * 24 :].sum() == 0
    assert counts[4 * 24 : 5 * 24].sum() / counts[:24].sum() == pytest.approx(3, rel=0.05)


def test_the_profile_follows_the_wall_clock_when_it_changes():
    """One busy hour, from 09:00 in Berlin: 08:00 UTC on Saturday, 07:00 on Sunday."""
    profile = tuple(1.0 if hour == 9 else 0.0 for hour in range(24))
    demand = _demand(by_hour=profile, timezone="Europe/Berlin")
    scenario = _long(start=datetime(2026, 3, 28, tzinfo=UTC), demand=demand)
    busy = [hour for hour in range(48) if len(bookings(scenario, RNG, hour)[0])]
    assert busy == [8, 24 + 7]


def test_a_start_between_two_hours_moves_no_edge_of_the_profile():
    profile = tuple(1.0 if hour == 9 else 0.0 for hour in range(24))
    scenario = _long(start=datetime(2026, 3, 2, 0, 7, 13, 5, tzinfo=UTC), demand=_demand(by_hour=profile))
    times = _booked(scenario, 0, 24)[0]
    late_us = 7 * MIN + 13_000_005
    assert 9 * HOUR - late_us <= times[0] < 9 * HOUR - late_us + MIN
    assert 10 * HOUR - late_us - MIN < times[-1] < 10 * HOUR - late_us


@pytest.mark.parametrize("tenant", [None, "globex"])
@pytest.mark.parametrize("kind", [Peak, DemandSurge])
def test_a_peak_of_seven_gives_seven_times_the_orders(kind, tenant):
    span = {"after": Duration.parse("90 min"), "until": Duration.parse("2 h")}
    extra = kind(**span, factor=7.0, tenant=tenant)
    usual = _long(demand=_demand())
    peaked = (
        replace(usual, disruptions=(extra,))
        if kind is DemandSurge
        else replace(usual, demand=replace(usual.demand, peaks=(extra,)))
    )
    counts = []
    for scenario in (usual, peaked):
        times, code = _booked(scenario, 1)
        touched = (tenants(code) == 1) if tenant else np.ones(len(code), bool)
        inside = times >= 90 * MIN
        counts.append([(touched & inside).sum(), (touched & ~inside).sum(), (~touched).sum()])
    assert counts[1][0] / counts[0][0] == pytest.approx(7, rel=0.2)
    assert counts[1][1:] == counts[0][1:]


def test_nobody_books_once_demand_or_the_run_is_over():
    scenario = small(demand=_demand(until=Duration.parse("90 min")))
    assert 89 * MIN < bookings(scenario, RNG, 1)[0][-1] < 90 * MIN
    assert len(bookings(scenario, RNG, 2)[0]) == 0
    shorter = replace(scenario, duration=Duration.parse("75 min"))
    assert 74 * MIN < bookings(shorter, RNG, 1)[0][-1] < 75 * MIN
    assert len(bookings(small(demand=_demand(rate=Rate.parse("0/h"))), RNG, 0)[0]) == 0


def test_two_variants_share_their_luck():
    """Twice the rate: each order comes after half the time, and more orders follow."""
    usual, double = (_long(demand=_demand(rate=Rate.parse(rate))) for rate in ("2000/h", "4000/h"))
    once, twice = (dict(zip(*reversed(bookings(s, RNG, 3)), strict=True)) for s in (usual, double))
    assert len(twice) > len(once) * 1.8
    for code, time in once.items():
        assert twice[code] - 3 * HOUR == pytest.approx((time - 3 * HOUR) / 2, abs=2)


def test_a_tenant_more_leaves_the_luck_of_the_others_as_it_was():
    few = _long(demand=_demand())
    more = replace(few, tenants=(*few.tenants, Tenant("initech", 4.0)), demand=_demand(rate=Rate.parse("4000/h")))
    booked = [dict(zip(*reversed(bookings(s, RNG, 3)), strict=True)) for s in (few, more)]
    assert booked[0] == {code: time for code, time in booked[1].items() if tenants(np.array([code]))[0] < 2}


def test_an_order_is_the_same_in_any_batch(cast):
    code = np.concatenate([codes(0, 3, 300), codes(1, 3, 300), codes(0, 3, 50) | RETURNED_BIT])
    whole = orders(cast, code)
    mixed = np.random.default_rng(1).permutation(len(code))[:100]
    part = orders(cast, code[mixed])
    for name in whole.__dataclass_fields__:
        assert (getattr(whole, name)[mixed] == getattr(part, name)).all(), name


def test_orders_go_from_one_depot_to_another_by_the_tenants_shares(cast):
    order = orders(cast, codes(0, 3, 20_000))
    assert set(order.origin) == {NORTH, WEST}
    assert (order.origin != order.destination).all()
    assert order.express.mean() == pytest.approx(0.25, abs=0.015)
    assert order.chilled.mean() == pytest.approx(0.1, abs=0.01)
    assert set(order.locker[order.destination == NORTH]) == {-1}
    assert (order.locker[order.destination == WEST] == BOX).mean() == pytest.approx(0.5, abs=0.02)
    assert (order.door_lat[order.locker == BOX] == cast.lat[BOX]).all()
    assert np.unique(order.recipient).max() == len(cast.recipients) - 1


def test_weights_are_those_of_the_tenant_within_what_is_taken(cast):
    weight = orders(cast, np.concatenate([codes(0, 3, 20_000), codes(1, 3, 10)])).weight_g
    assert np.median(weight[:-10]) == pytest.approx(2000, rel=0.04)
    assert np.log(weight[:-10]).std() == pytest.approx(0.9, rel=0.03)
    assert set(weight[-10:]) == {50}
    heavy = small(tenants=(Tenant("acme", parcel=LogNormal(Mass(100_000), 0.1)),))
    assert set(orders(build_cast(heavy), codes(0, 3, 50)).weight_g) == {70_000}


def test_doors_lie_around_their_depot(cast):
    order = orders(cast, codes(1, 3, 5_000))
    away = road_km(cast.lat[order.origin], cast.lon[order.origin], order.pickup_lat, order.pickup_lon)
    assert away.max() == pytest.approx(7 / 60 * 30 / 0.905, rel=0.01)
    assert np.median(away) == pytest.approx(away.max() / 2**0.5, rel=0.03)
    assert abs((order.pickup_lat > cast.lat[order.origin]).mean() - 0.5) < 0.03


def test_a_returned_parcel_goes_the_other_way_with_the_same_tenant(cast):
    code = np.concatenate([codes(0, 3, 500), codes(1, 3, 500)])
    there, back = orders(cast, code), orders(cast, code | RETURNED_BIT)
    for one, other in (("origin", "destination"), ("destination", "origin"), ("door_lat", "pickup_lat")):
        assert (getattr(back, one) == getattr(there, other)).all()
    at_door = there.locker < 0
    assert (back.pickup_lon == there.door_lon)[at_door].all()
    assert (back.pickup_lon != there.door_lon)[~at_door].all()
    assert (back.tenant == there.tenant).all()
    assert (back.weight_g == there.weight_g).all()
    assert (back.locker < 0).all()


def test_a_share_more_moves_no_other_draw(cast):
    changed = tuple(replace(t, to_locker=Share(0.0), express=Share(0.9)) for t in cast.scenario.tenants)
    others = orders(build_cast(replace(cast.scenario, tenants=changed)), codes(0, 3, 500))
    for name in ("chilled", "origin", "destination", "weight_g", "pickup_lat", "recipient"):
        assert (getattr(others, name) == getattr(orders(cast, codes(0, 3, 500)), name)).all(), name
