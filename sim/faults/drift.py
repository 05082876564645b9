"""A schema that changes while nobody is told."""

from typing import Literal

import numpy as np

from sim.faults.base import FaultBase, Luck
from sim.faults.devices import device_causes
from sim.ledger import Body
from sim.producers.copies import alike
from sim.producers.lookup import happened
from sim.producers.plan import SOUND, Plan, body_code, type_code
from sim.units import Duration, Share

_BODY = {"add_field": Body.ADDED_FIELD, "break_type": Body.BROKEN_TYPE}


class Drift(FaultBase, frozen=True, tag="drift"):
    """From ``after`` on, a share of the devices sends one event type in a new shape.

    ``add_field`` puts a field there that the contract does not have; ``break_type`` sends text where the contract
    wants a number.
    """

    change: Literal["add_field", "break_type"]
    event_type: str
    field: str
    share: Share
    after: Duration = Duration(0)

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages whose payloads will be written in the new shape."""
        messages = plan.messages
        firsts = np.flatnonzero(
            self.touches(plan)
            & (messages.body == SOUND)
            & (messages.event_type == type_code(self.event_type))
            & (happened(plan) >= plan.start + self.after.us)
            & self.cohort(plan, self.share, luck)
        )
        rows = alike(messages, firsts)
        plan, detail = plan.with_detail(self.field)
        changed = messages.with_values(rows, body=body_code(_BODY[self.change]), detail=detail)
        return plan.fired(changed, luck.firing(rows, device_causes("new version on ", messages.device[rows])))
