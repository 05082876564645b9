"""A schema that changes while nobody is told."""

from typing import Literal

from sim.faults.base import FaultBase, Luck
from sim.ledger import Body
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
        """Messages whose payloads ``sim.producers.wire`` will write in the new shape."""
        messages = plan.messages
        ids = (
            self.touches(plan)
            & (messages.body == SOUND)
            & (messages.event_type == type_code(self.event_type))
            & (messages.event_time >= plan.start + self.after.us)
            & self.cohort(plan, self.share, luck)
        ).nonzero()[0]
        causes = [f"new version on {plan.devices[device]}" for device in messages.device[ids]]
        changed = messages.with_values(ids, body=body_code(_BODY[self.change]), fault=luck.fault)
        return plan.fired(changed, luck.fault, "drift", ids, causes)
