"""Scanners without a network are read out when a shift ends, in order."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from plans_by_hand import DAY, HOUR, MIN, S, only_firing, planned, with_producers

from sim.producers.batch_upload import shift_ends
from sim.scenario_parts.producers import HandScanner
from sim.units import ClockTime, Duration, Share
from sim.world.cast import build_cast


def _scenario(share: float):
    return with_producers(hand_scanner=HandScanner(batch_upload=Share(share)))


@pytest.fixture(scope="module")
def plan():
    return planned(_scenario(0.5))[1]


def test_a_scanner_sends_all_at_the_next_end_of_a_shift(plan):
    firing = only_firing(plan, "batch_upload")
    held = plan.messages.take(firing.rows)
    # Shifts of eight hours from 07:00 and 13:00 in Berlin, an hour ahead of UTC in March.
    ends = np.array([day * DAY + clock * HOUR for day in range(-1, 4) for clock in (14, 20)])
    due = plan.start + ends[np.searchsorted(ends, held.producer_time - plan.start, side="right")]
    assert (held.ingest_time >= due).all()
    assert (held.ingest_time < due + 90 * S).all()
    assert (held.ingest_time - held.producer_time == firing.held_us).all()
    assert len(set(due.tolist())) > 3


def test_whole_scanners_are_without_a_network(plan):
    messages = plan.messages
    scans = messages.producer == messages.producer[only_firing(plan, "batch_upload").rows[0]]
    without = np.zeros(len(messages), dtype=bool)
    without[only_firing(plan, "batch_upload").rows] = True
    shares = [without[scans & (messages.device == device)].mean() for device in np.unique(messages.device[scans])]
    assert set(shares) == {0.0, 1.0}


def test_it_is_read_out_in_order(plan):
    held = plan.messages.take(only_firing(plan, "batch_upload").rows)
    for device in np.unique(held.device):
        its = held.take(np.flatnonzero(held.device == device))
        its = its.take(np.argsort(its.producer_time))
        apart = np.diff(its.producer_time) >= 1_000
        assert (np.diff(its.ingest_time)[apart] > 0).all()


def test_the_cause_says_where_and_when(plan):
    assert only_firing(plan, "batch_upload").cause[0].as_py() == "scanner at EAST read out at 2026-03-02T14:00:00.000Z"


def test_a_shift_ends_by_the_wall_clock_on_both_sides_of_a_clock_change():
    one = msgspec.structs.replace(_scenario(0.5), start=datetime(2026, 3, 28, tzinfo=UTC))
    fleet = msgspec.structs.replace(
        one.fleet, shift_starts=(ClockTime(22 * 3600),), shift_length=Duration(8 * HOUR + 30 * MIN)
    )
    ends = shift_ends(build_cast(msgspec.structs.replace(one, fleet=fleet)), 1)
    # 06:30 in Berlin, which is an hour ahead on 28 March and two hours from 29 March on.
    assert [int(end) for end in ends if 0 <= end < 2 * DAY] == [5 * HOUR + 30 * MIN, DAY + 4 * HOUR + 30 * MIN]
