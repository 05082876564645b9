"""A phone with a wrong clock records all it does by the same error; the log's own clock is right."""

import numpy as np
import pytest
from plans_by_hand import MIN, only_firing, planned, scenario, with_producers

from sim.distributions import Constant
from sim.producers.lookup import happened, sent
from sim.producers.names import PRODUCERS
from sim.scenario_parts.producers import DriverApp
from sim.units import Duration, Share

WRONG = DriverApp(wrong_clock=Share(0.4), lost_acknowledgement=Share(0.1))


@pytest.fixture(scope="module")
def plan():
    return planned(with_producers(driver_app=WRONG))[1]


def test_all_messages_of_a_wrong_phone_are_off_by_one_error_copies_too(plan):
    messages = plan.messages
    off = messages.event_time - happened(plan)
    firing = only_firing(plan, "clock")
    assert (np.flatnonzero(off) == np.sort(firing.rows)).all()
    phones = np.unique(messages.device[messages.producer == PRODUCERS.index("driver_app")])
    errors = [set(off[messages.device == phone].tolist()) for phone in phones]
    assert all(len(of_phone) == 1 for of_phone in errors)
    wrong = [error for [error] in errors if error]
    assert 6 <= len(wrong) <= 26
    assert len(set(wrong)) == len(wrong)
    assert 0 < sum(error > 0 for error in wrong) < len(wrong)
    assert (messages.copy[firing.rows] > 0).any()


def test_it_was_sent_and_arrived_when_it_was(plan):
    right = planned(with_producers(driver_app=DriverApp(lost_acknowledgement=Share(0.1))))[1]
    assert (plan.messages.ingest_time == right.messages.ingest_time).all()
    assert (sent(plan) == right.messages.producer_time).all()


def test_the_cause_says_how_wrong(plan):
    firing = only_firing(plan, "clock")
    off = (plan.messages.event_time - happened(plan))[firing.rows[0]]
    told = firing.cause[0].as_py()
    assert told.startswith("clock of phone D-")
    assert told.endswith(f"is {abs(off)} us {'ahead' if off > 0 else 'behind'}")


def test_errors_are_as_large_as_the_scenario_says():
    app = DriverApp(wrong_clock=Share(1.0), clock_error=Constant(value=Duration(10 * MIN)))
    plan = planned(with_producers(driver_app=app))[1]
    off = (plan.messages.event_time - happened(plan))[only_firing(plan, "clock").rows]
    assert set(np.abs(off).tolist()) == {10 * MIN + 1}


def test_right_clocks_are_right():
    assert not planned(scenario())[1].firings
