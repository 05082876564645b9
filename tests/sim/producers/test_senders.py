"""Whoever is said to send an event type sends it, and nobody else."""

import numpy as np

from sim.generate import plan_messages
from sim.producers.names import PRODUCERS
from sim.producers.plan import EVENT_TYPE_NAMES
from sim.producers.senders import senders
from sim.scenario_file import load
from sim.shipped import shipped_scenarios
from sim.world import simulate


def test_senders_are_who_sends() -> None:
    scenario = load(shipped_scenarios()["hello"])
    messages = plan_messages(scenario, simulate(scenario)).messages
    for code, event_type in enumerate(EVENT_TYPE_NAMES):
        sending = np.unique(messages.producer[messages.event_type == code])
        assert [PRODUCERS[producer] for producer in sending] == list(senders(event_type))
