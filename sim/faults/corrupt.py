"""Bytes that are no longer a message: cut short, not UTF-8, or not what they say they are."""

from sim.faults.base import FaultBase, Luck
from sim.faults.spoil import spoiled
from sim.ledger import Body
from sim.producers.plan import SOUND, Plan
from sim.units import Share
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES


class Corrupt(FaultBase, frozen=True, tag="corrupt"):
    """Damage the bytes of a share of the producers' messages on their way."""

    share: Share

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages whose bytes will be damaged, in a way drawn for each; its name is the detail."""
        rows = self.pick(plan, self.touches(plan) & (plan.messages.body == SOUND), self.share, luck)
        return spoiled(plan, luck, rows, Body.MALFORMED, (DAMAGES, AVRO_DAMAGES), "damaged on the way: ")
