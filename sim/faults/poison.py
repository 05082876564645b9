"""Messages that are hostile on purpose."""

from sim.faults.base import FaultBase, Luck
from sim.faults.spoil import spoiled
from sim.ledger import Body
from sim.producers.plan import SOUND, Plan
from sim.units import Share
from sim.wire.poison import AVRO_POISONS, POISONS


class Poison(FaultBase, frozen=True, tag="poison"):
    """Put poison into a share of the messages: far too large, nested too deep, a name twice, another type's version."""

    share: Share

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that will be poisoned, each with a poison drawn for it; its name is the detail."""
        rows = self.pick(plan, self.touches(plan) & (plan.messages.body == SOUND), self.share, luck)
        return spoiled(plan, luck, rows, Body.POISONED, (POISONS, AVRO_POISONS), "poisoned: ")
