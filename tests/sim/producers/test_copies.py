"""Copies count on from those there are, and no two messages about one fact arrive at once."""

from dataclasses import replace

import numpy as np
import pytest
from plans_by_hand import planned, scenario

from sim.producers.copies import apart, copies
from sim.producers.plan import Messages


@pytest.fixture(scope="module")
def messages() -> Messages:
    return planned(scenario())[1].messages


def test_copies_of_a_message_count_on(messages: Messages):
    once = messages.followed_by(copies(messages, np.array([3, 5]), np.array([10, 10])))
    again = copies(once, np.array([5, 3, len(messages), 5]), np.array([20, 20, 20, 20]))
    assert again.copy_of.tolist() == [5, 3, 3, 5], "a copy of a copy repeats the first"
    assert again.copy.tolist() == [2, 2, 3, 3]


def test_of_what_arrives_at_once_the_later_copy_arrives_a_microsecond_later(messages: Messages):
    at = int(messages.ingest_time[3])
    more = copies(messages, np.array([3, 3, 3]), np.array([at, at, at + 1]))
    several = messages.followed_by(more).take(np.r_[len(messages) : len(messages) + 3, : len(messages)])
    its = np.flatnonzero((several.fact_row == messages.fact_row[3]) & (several.event_type == messages.event_type[3]))
    separate = apart(several)
    arrived = dict(zip(several.copy[its].tolist(), separate.ingest_time[its].tolist(), strict=True))
    assert arrived == {0: at, 1: at + 1, 2: at + 2, 3: at + 3}
    others = np.setdiff1d(np.arange(len(several)), its)
    assert (separate.ingest_time[others] == several.ingest_time[others]).all()


def test_nothing_moves_where_nothing_is_told_twice(messages: Messages):
    assert apart(messages) is messages
    assert apart(replace(messages, ingest_time=np.zeros_like(messages.ingest_time))).ingest_time.max() == 0
