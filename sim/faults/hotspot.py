"""Many messages under one key."""

from dataclasses import replace

from sim.faults.base import FaultBase, Luck
from sim.producers.plan import Plan
from sim.units import Duration, Share


class Hotspot(FaultBase, frozen=True, tag="hotspot"):
    """Between ``after`` and ``until``, a share of the messages is keyed by ``key`` in place of what they are about."""

    share: Share
    key: str = "hot"
    after: Duration = Duration(0)
    until: Duration = Duration(365 * 86_400 * 1_000_000)

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that the log will put into one partition."""
        since_start = plan.messages.event_time - plan.start
        among = (
            self.touches(plan)
            & ~plan.touched_by("hotspot")
            & (since_start >= self.after.us)
            & (since_start < self.until.us)
        )
        ids = self.pick(among, self.share, luck)
        messages = plan.messages.with_values(ids, key=len(plan.keys))
        causes = [f"keyed by '{self.key}'"] * len(ids)
        return replace(plan, keys=(*plan.keys, self.key)).fired(messages, luck.fault, "hotspot", ids, causes)
