"""What gets lost, and who brings it back."""

import numpy as np
import pytest
from plans_by_hand import HOUR, S, only_firing, planned, scenario, with_producers
from proofs_by_hand import same_bytes

from sim.faults import Delay, Drop, Duplicate, Replay, apply_all
from sim.producers.names import PRODUCERS
from sim.producers.plan import Plan
from sim.rng import Randomness
from sim.scenario_parts.producers import DriverApp
from sim.units import Duration, Share

RANDOMNESS = Randomness(3)
HALF = Share(0.5)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(scenario())[1]


def _applied(plan: Plan, *faults) -> Plan:
    return apply_all(faults, plan, RANDOMNESS)


def test_a_share_gets_lost_and_the_rest_is_as_ever(plan):
    after = _applied(plan, Drop(share=Share(0.3)))
    firing = only_firing(after, "drop")
    assert (np.flatnonzero(after.messages.dropped) == np.sort(firing.rows)).all()
    assert len(firing.rows) == pytest.approx(0.3 * len(plan.messages), rel=0.05)
    assert (after.messages.ingest_time == plan.messages.ingest_time).all()
    assert set(firing.cause.to_pylist()) == {"lost on the way"}


def test_what_got_lost_is_not_duplicated_and_not_delayed(plan):
    after = _applied(plan, Drop(share=HALF), Duplicate(share=Share(1.0)), Delay(share=Share(1.0), longest=Duration(S)))
    dropped = after.messages.dropped
    assert not dropped[after.messages.copy_of[after.messages.copy_of >= 0]].any()
    assert not dropped[only_firing(after, "delay").rows].any()


def test_a_retry_brings_back_what_got_lost_and_proves_nothing():
    retrying = planned(with_producers(driver_app=DriverApp(lost_acknowledgement=HALF)))[1]
    after = _applied(retrying, Drop(share=HALF, producers=("driver_app",)))
    messages = after.messages
    copies = np.flatnonzero(messages.copy_of >= 0)
    assert not messages.dropped[copies].any()
    back = copies[messages.dropped[messages.copy_of[copies]]]
    assert len(back) > 500
    retried = np.concatenate([firing.rows for firing in after.firings if firing.kind == "retry"])
    assert not np.isin(back, retried).any()
    assert np.isin(np.setdiff1d(copies, back), retried).all()
    drop = only_firing(after, "drop")
    told = dict(zip(drop.rows.tolist(), drop.cause.to_pylist(), strict=True))
    assert {told[row] for row in messages.copy_of[back].tolist()} == {"lost on the way, and sent again"}
    for firing in after.firings:
        assert len(firing.rows) == len(firing.cause) == len(firing.root_cause) == len(firing.held_us)


REPLAY = Replay(
    after=Duration(8 * HOUR),
    until=Duration(10 * HOUR),
    at=Duration(20 * HOUR),
    producers=("driver_app", "hand_scanner"),
)


def test_a_replay_sends_a_stretch_again_in_order(plan):
    after = _applied(plan, REPLAY)
    firing = only_firing(after, "replay")
    copies = after.messages.take(firing.rows)
    since = plan.messages.producer_time - plan.start
    its = np.isin(plan.messages.producer, [PRODUCERS.index(name) for name in REPLAY.producers])
    expected = np.flatnonzero(its & (since >= 8 * HOUR) & (since < 10 * HOUR))
    assert sorted(copies.copy_of.tolist()) == expected.tolist()
    assert same_bytes(after.messages, firing.rows, copies.copy_of).all()
    arrives = copies.ingest_time - plan.start - 20 * HOUR
    assert arrives.min() >= 0
    assert arrives.max() <= 2 * 60 * S, "an hour in a minute"
    in_order = copies.take(np.argsort(copies.producer_time))
    assert (np.diff(in_order.ingest_time)[np.diff(in_order.producer_time) >= 60] > 0).all()


def test_a_replay_brings_back_what_got_lost_and_proves_nothing(plan):
    after = _applied(plan, Drop(share=HALF), REPLAY)
    messages, firing = after.messages, only_firing(after, "replay")
    back = np.flatnonzero((messages.copy_of >= 0) & messages.dropped[messages.copy_of])
    assert len(back) > 500
    assert not np.isin(back, firing.rows).any()
    assert not messages.dropped[back].any()
