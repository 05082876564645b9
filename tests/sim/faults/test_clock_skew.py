"""A cohort of devices with the wrong time, for a while."""

import numpy as np
import pytest
from plans_by_hand import HOUR, MIN, only_firing, planned, with_producers

from sim.fates import fates
from sim.faults import ClockSkew, Duplicate, apply_all
from sim.ledger import Body
from sim.producers.lookup import happened, sent
from sim.producers.names import PRODUCERS
from sim.producers.plan import body_code
from sim.rng import Randomness
from sim.scenario_parts.producers import DriverApp, HandScanner
from sim.units import Duration, Share


@pytest.fixture(scope="module")
def plan():
    wrong = DriverApp(wrong_clock=Share(0.3))
    return planned(with_producers(driver_app=wrong, hand_scanner=HandScanner(double_read=Share(0.1))))[1]


@pytest.mark.parametrize(("direction", "sign"), [("ahead", 1), ("behind", -1)])
def test_whole_devices_are_off_while_it_lasts(plan, direction, sign):
    skew = ClockSkew(
        share=Share(0.5),
        offset=Duration(7 * MIN),
        direction=direction,
        after=Duration(5 * HOUR),
        until=Duration(12 * HOUR),
        producers=("hand_scanner",),
    )
    after = apply_all((skew,), plan, Randomness(3))
    messages, firing = after.messages, only_firing(after, "clock_skew")
    off = messages.event_time - happened(after)
    skewed = off == sign * 7 * MIN
    assert (np.flatnonzero(skewed) == np.sort(firing.rows)).all()
    of_cohort = np.isin(messages.device, messages.device[skewed])
    since = happened(after) - plan.start
    its = messages.producer == PRODUCERS.index("hand_scanner")
    assert (skewed == (of_cohort & its & (since >= 5 * HOUR) & (since < 12 * HOUR))).all()
    assert not of_cohort[its].all()
    assert (sent(after) == sent(plan)).all(), "when it was sent is as it was"
    assert (messages.ingest_time == plan.messages.ingest_time).all()
    assert (messages.copy_of[firing.rows] >= 0).any(), "copies have the same bytes"


def test_a_clock_is_wrong_in_one_way(plan):
    after = apply_all((ClockSkew(share=Share(1.0), offset=Duration(7 * MIN)),) * 2, plan, Randomness(3))
    clock = next(firing for firing in after.firings if firing.kind == "clock")
    first, second = (firing for firing in after.firings if firing.kind == "clock_skew")
    assert not np.isin(first.rows, clock.rows).any()
    assert len(first.rows) + len(clock.rows) == len(plan.messages)
    assert not len(second.rows)


def test_no_changed_copy_of_a_message_from_the_future_passes_for_its_first(plan):
    skew = ClockSkew(share=Share(0.5), offset=Duration(7 * MIN))
    changed = Duplicate(share=Share(0.6), copy="changed", delay=Duration(20 * MIN))
    after = apply_all((skew, changed), plan, Randomness(3))
    copies = np.flatnonzero(after.messages.body == body_code(Body.CHANGED))
    decided = fates(after, allowed_lateness_us=HOUR, future_tolerance_us=5 * MIN, dedupe_ttl_us=99 * HOUR).take(copies)
    assert set(decided["code"].to_pylist()) == {"conflicting_duplicate"}
