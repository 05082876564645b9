"""Bytes that are no longer a message: cut short, not UTF-8, or not JSON at all."""

from sim.faults.base import FaultBase, Luck
from sim.ledger import Body
from sim.producers.plan import SOUND, Plan, body_code
from sim.units import Share


class Corrupt(FaultBase, frozen=True, tag="corrupt"):
    """Damage the bytes of a share of the producers' messages on their way."""

    share: Share

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages whose bodies ``sim.producers.wire`` will damage."""
        ids = self.pick(self.touches(plan) & (plan.messages.body == SOUND), self.share, luck)
        messages = plan.messages.with_values(ids, body=body_code(Body.MALFORMED), fault=luck.fault)
        return plan.fired(messages, luck.fault, "corrupt", ids, ["damaged on the way"] * len(ids))
