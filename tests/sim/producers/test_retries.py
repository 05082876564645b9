"""A lost acknowledgement makes a copy, close in time; a tunnel makes many."""

import msgspec
import numpy as np
import pytest
from plans_by_hand import S, firings, identities, only_firing, planned, scenario
from proofs_by_hand import same_bytes
from test_dead_zones import AT_DEPOT

from sim.producers.names import PRODUCERS
from sim.scenario_parts.producers import DriverApp, Producers
from sim.units import Duration, Share


def _planned(zones=(), **app: object):
    plain = scenario(producers=Producers(driver_app=DriverApp(**app)))
    return planned(msgspec.structs.replace(plain, network=msgspec.structs.replace(plain.network, dead_zones=zones)))[1]


@pytest.fixture(scope="module")
def plan():
    return _planned(lost_acknowledgement=Share(0.1), retry_after=Duration(8 * S))


def test_a_copy_has_the_same_bytes_and_comes_after_the_wait(plan):
    first_time, second_time = firings(plan, "retry")
    copies = plan.messages.take(first_time.rows)
    assert same_bytes(plan.messages, first_time.rows, copies.copy_of).all()
    waited = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert waited.min() >= 6 * S
    assert waited.max() <= 10 * S + 1
    assert set(copies.producer.tolist()) == {PRODUCERS.index("driver_app")}
    of_app = (plan.messages.producer == PRODUCERS.index("driver_app")) & (plan.messages.copy_of < 0)
    assert len(copies) == pytest.approx(0.1 * of_app.sum(), rel=0.15)
    assert len(second_time.rows) == pytest.approx(0.1 * len(copies), rel=0.4)
    assert (plan.messages.copy[second_time.rows] == 2).all()


def test_a_second_copy_waits_twice_as_long_after_the_first(plan):
    first_time, second_time = firings(plan, "retry")
    earlier = dict(zip(plan.messages.copy_of[first_time.rows].tolist(), first_time.rows.tolist(), strict=True))
    for row in second_time.rows.tolist():
        before = earlier[int(plan.messages.copy_of[row])]
        assert 12 * S <= plan.messages.ingest_time[row] - plan.messages.ingest_time[before] <= 20 * S + 1


def test_the_cause_names_the_event_and_the_wait(plan):
    firing = firings(plan, "retry")[0]
    event_ids = {name: facts.table["event_id"].to_pylist() for name, facts in plan.facts.items()}
    message = plan.messages.take(firing.rows[:1])
    name = list(event_ids)[int(message.event_type[0])]
    wait = message.ingest_time[0] - plan.messages.ingest_time[message.copy_of[0]]
    expected = f"no acknowledgement of {event_ids[name][message.fact_row[0]]}, sent again after {wait} us"
    assert firing.cause[0].as_py() == expected
    assert firing.root_cause[0].as_py() is None


def test_in_a_burst_a_retry_has_the_tunnel_as_its_root():
    plan = _planned((AT_DEPOT,), lost_in_burst=Share(0.5))
    held = only_firing(plan, "dead_zone")
    first_time = firings(plan, "retry")[0]
    assert len(first_time.rows) == pytest.approx(len(held.rows) / 2, rel=0.2)
    roots = dict(zip(held.rows.tolist(), held.cause.to_pylist(), strict=True))
    repeated = plan.messages.copy_of[first_time.rows].tolist()
    assert [roots[row] for row in repeated] == first_time.root_cause.to_pylist()


def test_lucky_phones_are_lucky_whatever_else_goes_wrong(plan):
    beside = _planned((AT_DEPOT,), lost_acknowledgement=Share(0.1), wrong_clock=Share(0.5))
    bursts = set(identities(beside, only_firing(beside, "dead_zone").rows))
    alone = {name[:2] for name in identities(plan, firings(plan, "retry")[0].rows)}
    others = {name[:2] for name in identities(beside, firings(beside, "retry")[0].rows)}
    assert alone - {name[:2] for name in bursts} == others


def test_nobody_sends_again_who_was_heard():
    assert not np.count_nonzero(_planned().messages.copy)
