"""The same event sent again."""

from dataclasses import replace
from typing import Literal

import numpy as np

from pipeline.contract.events import STATUS_CHANGED
from sim.arrays import Mask
from sim.faults.base import FaultBase, Luck
from sim.ledger import Body
from sim.producers.causes import told
from sim.producers.copies import copies
from sim.producers.lookup import event_ids, happened
from sim.producers.plan import SOUND, Plan, body_code, type_code
from sim.units import Duration, Share


class Duplicate(FaultBase, frozen=True, tag="duplicate"):
    """Send a share of the messages once more, ``delay`` later on average.

    The copy is byte for byte the ``same``; or has the same id and a ``changed`` body; or, for status changes, the same
    content under a ``new_id``. With a ``key``, the copies are keyed by it, as a retry by another way is: they may lie
    in another partition than the first.
    """

    share: Share
    copy: Literal["same", "changed", "new_id"] = "same"
    delay: Duration = Duration(30 * 1_000_000)
    key: str = ""

    def _candidates(self, plan: Plan) -> Mask:
        among = self.touches(plan)
        if self.copy != "same":
            among &= plan.messages.body == SOUND
        if self.copy == "changed":  # a first that is refused, being from the future, would let the copy pass for it
            among &= plan.messages.event_time <= happened(plan)
        if self.copy == "new_id":
            among &= plan.messages.event_type == type_code(STATUS_CHANGED)
        return among

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """The messages, then the copies. The copy is what the fault touches, not the first."""
        messages = plan.messages
        rows = self.pick(plan, self._candidates(plan), self.share, luck)
        wait = -self.delay.us * np.log1p(-luck.of_messages("wait", messages, rows))
        again = copies(messages, rows, messages.ingest_time[rows] + 1 + wait.astype(np.int64))
        if self.copy == "changed":
            again = replace(again, body=np.full_like(rows, body_code(Body.CHANGED)))
        if self.copy == "new_id":
            again = replace(again, new_id=np.full_like(rows, luck.ordinal + 1))
        if self.key:
            plan, key = plan.with_key(self.key)
            again = replace(again, key=np.full_like(rows, key))
        cause = told("no acknowledgement of ", event_ids(plan, rows))
        return plan.fired(messages.followed_by(again), luck.firing(len(messages) + np.arange(len(rows)), cause))
