"""Messages that overtake each other."""

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.producers.plan import Plan
from sim.units import Duration, Share


class Delay(FaultBase, frozen=True, tag="delay"):
    """Hold back a share of the messages, each by up to ``longest``, so that later ones come first."""

    share: Share
    longest: Duration

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that arrive later by a time drawn for each."""
        ids = self.pick(self.touches(plan), self.share, luck)
        held = 1 + (luck.uniform("held", ids) * self.longest.us).astype(np.int64)
        messages = plan.messages.with_values(ids, ingest_time=plan.messages.ingest_time[ids] + held)
        return plan.fired(messages, luck.fault, "delay", ids, [f"in a slow queue, held {us} us" for us in held])
