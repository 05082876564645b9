"""Devices out of reach, which keep what they have to say and send it in one burst."""

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.faults.devices import device_causes
from sim.producers.causes import told
from sim.producers.entities import is_one_of
from sim.producers.lookup import sent
from sim.producers.names import PRODUCERS
from sim.producers.plan import Plan
from sim.units import Duration, Share

FASTER = 1_000
"""A burst takes so much less time than what it is about took: in order, in whatever slices the messages lie."""


class Offline(FaultBase, frozen=True, tag="offline"):
    """A share of the devices is out of reach once, from a moment after ``after``, for ``shortest`` to ``longest``."""

    share: Share
    shortest: Duration
    longest: Duration
    after: Duration = Duration(0)

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages, copies too, of which those made out of reach arrive together, in order, when the device is back."""
        messages = plan.messages
        devices, device = np.unique(messages.device, return_inverse=True)
        first = plan.start + self.after.us
        gone = first + (luck.uniform("gone", devices) * max(0, plan.end - first)).astype(np.int64)
        span = self.shortest.us + luck.uniform("span", devices) * (self.longest.us - self.shortest.us)
        back = gone + span.astype(np.int64)
        made = sent(plan)
        its = is_one_of(messages.producer, [PRODUCERS.index(name) for name in self.producers]) & ~messages.dropped
        out_of_reach = its & self.cohort(plan, self.share, luck) & (made >= gone[device]) & (made < back[device])
        rows = np.flatnonzero(out_of_reach)
        made, device = made[rows], device[rows]
        arrives = np.maximum(back[device] + (made - gone[device]) // FASTER, made + 1)
        arrives = np.maximum(arrives, messages.ingest_time[rows])  # what something else holds back longer stays held
        held = arrives - made
        cause = told(device_causes("", messages.device[rows], " out of reach, held "), held, " us")
        return plan.fired(messages.with_values(rows, ingest_time=arrives), luck.firing(rows, cause, held))
