"""A gateway that crashes sends again what it had sent since its checkpoint, and what it could not say meanwhile."""

import numpy as np
import pytest
from plans_by_hand import DAY, HOUR, MIN, S, by_identity, journal, only_firing, planned, with_producers
from proofs_by_hand import same_bytes

from sim.producers.crashes import crashes
from sim.producers.entities import actors
from sim.producers.names import PRODUCERS
from sim.rng import Randomness
from sim.scenario_parts.producers import TelematicsGateway
from sim.units import Duration

GATEWAY = TelematicsGateway(
    crash_every=Duration(40 * MIN), checkpoint_every=Duration(10 * MIN), restart_time=Duration(3 * MIN)
)


@pytest.fixture(scope="module")
def plan():
    return planned(with_producers(telematics_gateway=GATEWAY))[1]


def _crashes(vehicles=range(40), days=(0, 1), restart_us=3 * MIN):
    return crashes(Randomness(5), np.array(vehicles), days, 40 * MIN, restart_us, 2 * DAY)


def test_crashes_are_a_poisson_process():
    found = crashes(Randomness(1), np.arange(200), (0, 9), 2 * HOUR, 0, 10 * DAY)
    assert len(found.time) == pytest.approx(200 * 10 * 12, rel=0.02)
    gaps = np.diff(found.time)[found.vehicle[1:] == found.vehicle[:-1]]
    assert np.mean(gaps) == pytest.approx(2 * HOUR, rel=0.03)
    assert np.std(gaps) == pytest.approx(2 * HOUR, rel=0.05)


def test_other_vehicles_and_days_do_not_matter():
    several, one = _crashes(), _crashes([7], (1, 1))
    same = several.time[(several.vehicle == 7) & (several.time >= DAY + 3 * MIN)]
    assert len(same) > 10
    assert same.tolist() == one.time[one.time >= DAY + 3 * MIN].tolist()


def test_a_gateway_that_is_down_does_not_crash():
    found = _crashes()
    gaps = np.diff(found.time)[found.vehicle[1:] == found.vehicle[:-1]]
    assert gaps.min() >= 3 * MIN


def test_what_is_made_while_it_is_down_waits_for_the_restart(plan):
    there, messages = _crashes(), plan.messages
    telemetry = np.flatnonzero((messages.producer == PRODUCERS.index("telematics_gateway")) & (messages.copy_of < 0))
    expected = set()
    for row in telemetry.tolist():
        made, vehicle = messages.producer_time[row] - plan.start, actors(messages.device[row])
        its = there.time[there.vehicle == vehicle]
        if ((its <= made) & (made < its + 3 * MIN)).any():
            expected.add(row)
    firing = only_firing(plan, "restart")
    assert set(firing.rows.tolist()) == expected
    held = messages.take(firing.rows)
    assert (held.ingest_time - held.producer_time == firing.held_us).all()
    assert (firing.held_us > 0).all()
    assert (firing.held_us <= 3 * MIN + 1 * S).all()
    assert firing.cause[0].as_py().startswith("gateway of V-")


def test_what_it_sent_since_the_checkpoint_is_sent_again(plan):
    there, messages = _crashes(), plan.messages
    telemetry = np.flatnonzero((messages.producer == PRODUCERS.index("telematics_gateway")) & (messages.copy_of < 0))
    expected = []
    for row in telemetry.tolist():
        made, vehicle = messages.producer_time[row] - plan.start, actors(messages.device[row])
        checkpoint = made // (10 * MIN) * 10 * MIN
        for crash in there.time[there.vehicle == vehicle].tolist():
            if made < crash < checkpoint + 10 * MIN:
                expected.append((row, plan.start + crash + 3 * MIN))
    firing = only_firing(plan, "replay")
    copies = messages.take(firing.rows)
    assert sorted(copies.copy_of.tolist()) == sorted(row for row, _ in expected)
    assert len(expected) > 100
    arrived = sorted(zip(copies.copy_of.tolist(), copies.ingest_time.tolist(), strict=True))
    for (_, restart), (_, arrives) in zip(sorted(expected), arrived, strict=True):
        assert 0 <= arrives - restart < 1 * S
    assert same_bytes(messages, firing.rows, copies.copy_of).all()
    assert firing.cause[0].as_py().endswith(", and sent again what came after its last checkpoint")


def test_nothing_is_sent_again_before_it_was_sent():
    quick = TelematicsGateway(
        crash_every=Duration(2 * MIN), checkpoint_every=Duration(10 * MIN), restart_time=Duration(0)
    )
    plan = planned(with_producers(telematics_gateway=quick))[1]
    copies = plan.messages.take(only_firing(plan, "replay").rows)
    assert (copies.ingest_time > plan.messages.ingest_time[copies.copy_of]).all()


def test_a_burst_is_in_order(plan):
    firing = only_firing(plan, "replay")
    copies, causes = plan.messages.take(firing.rows), np.array(firing.cause.to_pylist())
    for cause in np.unique(causes):
        its = copies.take(np.flatnonzero(causes == cause))
        assert (np.diff(its.producer_time[np.argsort(its.ingest_time)]) >= 0).all()


def test_a_vehicle_s_rounds_may_lie_in_two_slices():
    """One ends while the other begins, at midnight, so that crashes and checkpoints lie across the cut."""
    one, rounds = with_producers(telematics_gateway=GATEWAY), (DAY - 86 * MIN, DAY)
    both = by_identity(planned(one, journal(rounds, hours=range(0)))[1], "ingest_time")
    parts = [planned(one, journal((begin,), hours=range(0)))[1] for begin in rounds]
    assert by_identity(parts[0], "ingest_time") | by_identity(parts[1], "ingest_time") == both
    assert all(len(only_firing(part, "replay").rows) > 50 for part in parts)
