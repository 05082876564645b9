"""Many messages under one key."""

from sim.faults.base import EVER, FaultBase, Luck
from sim.producers.causes import same_cause
from sim.producers.lookup import happened
from sim.producers.plan import Plan
from sim.units import Duration, Share


class Hotspot(FaultBase, frozen=True, tag="hotspot"):
    """Between ``after`` and ``until``, a share of the messages is keyed by ``key`` in place of what they are about."""

    share: Share
    key: str = "hot"
    after: Duration = Duration(0)
    until: Duration = EVER

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that the log will put into one partition; who has a key of its own choosing keeps it."""
        since_start = happened(plan) - plan.start
        among = (
            self.touches(plan)
            & (plan.messages.key < 0)
            & (since_start >= self.after.us)
            & (since_start < self.until.us)
        )
        rows = self.pick(plan, among, self.share, luck)
        plan, key = plan.with_key(self.key)
        messages = plan.messages.with_values(rows, key=key)
        return plan.fired(messages, luck.firing(rows, same_cause(f"keyed by '{self.key}'", len(rows))))
