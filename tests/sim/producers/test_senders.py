"""Whoever is said to send an event type sends it, and nobody else."""

import numpy as np
from plans_by_hand import planned, scenario

from sim.producers.names import PRODUCERS
from sim.producers.plan import EVENT_TYPE_NAMES
from sim.producers.senders import senders


def test_senders_are_who_sends() -> None:
    messages = planned(scenario())[1].messages
    for code, event_type in enumerate(EVENT_TYPE_NAMES):
        sending = np.unique(messages.producer[messages.event_type == code])
        assert [PRODUCERS[producer] for producer in sending] == list(senders(event_type))
