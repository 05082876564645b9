"""Messages that overtake each other."""

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.producers.causes import told
from sim.producers.plan import Plan
from sim.units import Duration, Share


class Delay(FaultBase, frozen=True, tag="delay"):
    """Hold back a share of the messages, each by up to ``longest``, so that later ones come first."""

    share: Share
    longest: Duration

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that arrive later by a time drawn for each."""
        messages = plan.messages
        rows = self.pick(plan, self.touches(plan), self.share, luck)
        held = 1 + (luck.of_messages("held", messages, rows) * self.longest.us).astype(np.int64)
        later = messages.with_values(rows, ingest_time=messages.ingest_time[rows] + held)
        return plan.fired(later, luck.firing(rows, told("in a slow queue, held ", held, " us"), held))
