"""The luck of parcels hangs on their codes alone, and comes at the shares that the scenario asks for."""

import msgspec
import numpy as np
import pytest
from two_towns import two_towns

from sim.distributions import Constant
from sim.units import Duration, Share
from sim.world.cast import build_cast
from sim.world.journal import NONE
from sim.world.luck import SCANS, draw_luck
from sim.world.orders import codes, orders


def drawn(scenario, code):
    cast = build_cast(scenario)
    return draw_luck(orders(cast, code), scenario.fleet, scenario.tenants, cast.rng)


@pytest.fixture(scope="module")
def plain():
    tenants = (two_towns().tenants[1],)
    return two_towns(tenants=(msgspec.structs.replace(tenants[0], returns=Share(0.25)),))


def test_the_same_code_has_the_same_luck_in_any_batch(plain):
    code = codes(0, 7, 300)
    whole, one = drawn(plain, code), drawn(plain, code[123:124])
    columns = [k for k in range(whole.attempts) if k < 2 or whole.failure[123 * whole.attempts + 1] != NONE]
    for name in ("leg", "back", "stop_us", "failure"):
        assert [getattr(whole, name)[123 * whole.attempts + k] for k in columns] == [
            getattr(one, name)[k] for k in columns
        ]
    assert whole.scan[123 * SCANS : 124 * SCANS].tolist() == one.scan.tolist()
    assert whole.returned_us[123] == one.returned_us[0]


def test_more_attempts_or_longer_stops_leave_the_rest_as_it_was(plain):
    code = codes(0, 7, 100)
    stops = Constant(Duration.parse("5 min"))
    other = msgspec.structs.replace(plain, fleet=msgspec.structs.replace(plain.fleet, max_attempts=5, stop_time=stops))
    usual, more = drawn(plain, code), drawn(other, code)
    for k in range(100):
        for name in ("leg", "back", "failure"):
            mine, its = getattr(usual, name), getattr(more, name)
            assert mine[k * usual.attempts : k * usual.attempts + 2].tolist() == its[k * 6 : k * 6 + 2].tolist()


def test_attempts_fail_and_parcels_come_back_at_their_shares(plain):
    luck = drawn(plain, codes(0, 3, 20_000))
    first = np.array(luck.failure).reshape(-1, luck.attempts)[:, 1]
    assert np.mean(first != NONE) == pytest.approx(0.08, abs=0.01)
    assert np.mean(first[first != NONE] == 0) == pytest.approx(0.7, abs=0.04)
    sent_back = np.array(luck.returned_us)
    assert np.mean(sent_back != NONE) == pytest.approx(0.25, abs=0.015)


def test_ways_take_seventy_to_hundred_and_thirty_percent_of_their_mean_time(plain):
    legs = np.array(drawn(plain, codes(0, 3, 20_000)).leg).reshape(-1, 3)[:, 0]
    assert legs.min() == pytest.approx(0.7, abs=0.001)
    assert legs.max() == pytest.approx(1.3, abs=0.001)
    assert legs.mean() == pytest.approx(1.0, abs=0.005)
