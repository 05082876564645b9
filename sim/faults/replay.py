"""A stretch of the past sent once more, as after a restore."""

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.producers.causes import same_cause
from sim.producers.copies import copies
from sim.producers.lookup import sent
from sim.producers.names import PRODUCERS
from sim.producers.plan import Plan
from sim.units import Duration

FASTER = 60
"""An hour is replayed in a minute: in order, in whatever slices the messages lie."""


class Replay(FaultBase, frozen=True, tag="replay"):
    """Everything that the producers sent between ``after`` and ``until`` is sent again from ``at`` on, in order."""

    after: Duration
    until: Duration
    at: Duration

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """The messages, then the copies. What got lost comes too, and is no firing: nothing shows it to be a copy."""
        messages = plan.messages
        since_start = sent(plan) - plan.start
        its = plan.sent_by(PRODUCERS.index(name) for name in self.producers)
        rows = np.flatnonzero(its & (since_start >= self.after.us) & (since_start < self.until.us))
        arrives = plan.start + self.at.us + (since_start[rows] - self.after.us) // FASTER
        places = len(messages) + np.flatnonzero(~messages.dropped[rows])
        cause = same_cause(f"replay of {self.after} to {self.until}", len(places))
        return plan.fired(messages.followed_by(copies(messages, rows, arrives)), luck.firing(places, cause))
