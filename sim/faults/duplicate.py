"""The same event sent again."""

from dataclasses import replace
from typing import Literal

import numpy as np

from pipeline.contract.events import STATUS_CHANGED
from sim.arrays import Mask
from sim.faults.base import FaultBase, Luck
from sim.ledger import Body
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
        if self.copy == "new_id":
            among &= plan.messages.event_type == type_code(STATUS_CHANGED)
        return among

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """The messages, then the copies. The copy is what the fault touches, not the first."""
        first_ids = self.pick(self._candidates(plan), self.share, luck)
        wait_s = -self.delay.s * np.log1p(-luck.uniform("wait", first_ids))
        firsts = plan.messages.take(first_ids)
        copies = replace(
            firsts,
            ingest_time=firsts.ingest_time + 1 + (wait_s * 1e6).astype(np.int64),
            copy_of=first_ids,
        )
        if self.copy == "changed":
            copies = replace(
                copies,
                body=np.full_like(first_ids, body_code(Body.CHANGED)),
                fault=np.full_like(first_ids, luck.fault),
            )
        if self.copy == "new_id":
            copies = replace(copies, new_id=np.full_like(first_ids, luck.ordinal + 1))
        if self.key:
            copies = replace(copies, key=np.full_like(first_ids, len(plan.keys)))
            plan = replace(plan, keys=(*plan.keys, self.key))
        ids = len(plan.messages) + np.arange(len(first_ids))
        causes = [f"no acknowledgement for message {first}" for first in first_ids]
        return plan.fired(plan.messages.followed_by(copies), luck.fault, "duplicate", ids, causes)
