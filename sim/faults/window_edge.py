"""Messages that arrive when a window closes, to the microsecond."""

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.producers.causes import told
from sim.producers.plan import Plan
from sim.units import Duration, Share

WINDOW_US = 5 * 60 * 1_000_000


class WindowEdge(FaultBase, frozen=True, tag="window_edge"):
    """Hold a share of the messages back until ``lateness`` after the end of their window, to the microsecond.

    A third of them arrive a microsecond before that moment, a third at it, a third a microsecond after.
    """

    share: Share
    lateness: Duration = Duration(0)

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that arrive later; who had arrived after the moment anyway, or waits for another, is left alone."""
        messages = plan.messages
        edge = (messages.event_time // WINDOW_US + 1) * WINDOW_US + self.lateness.us
        waits = np.zeros(len(messages), dtype=bool)
        for firing in plan.firings:
            waits[firing.rows] |= firing.kind == self.kind
        rows = self.pick(plan, self.touches(plan) & ~waits & (messages.ingest_time < edge - 1), self.share, luck)
        arrives = edge[rows] - 1 + (luck.of_messages("side", messages, rows) * 3).astype(np.int64)
        held = arrives - messages.ingest_time[rows]
        cause = told("until ", self.lateness.written, " after its window, and ", arrives - edge[rows], " us")
        return plan.fired(messages.with_values(rows, ingest_time=arrives), luck.firing(rows, cause, held))
