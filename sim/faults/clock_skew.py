"""Devices that all have the wrong time: a time server gone wrong, a rollout with the wrong zone."""

from typing import Literal

import numpy as np

from sim.faults.base import EVER, FaultBase, Luck
from sim.faults.devices import device_causes
from sim.producers.copies import alike
from sim.producers.lookup import happened
from sim.producers.plan import Plan
from sim.units import Duration, Share


class ClockSkew(FaultBase, frozen=True, tag="clock_skew"):
    """Between ``after`` and ``until``, the clocks of a share of the devices are ``offset`` ahead or behind."""

    share: Share
    offset: Duration
    direction: Literal["ahead", "behind"] = "ahead"
    after: Duration = Duration(0)
    until: Duration = EVER

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages whose times are what a wrong clock showed. A clock is wrong in one way only."""
        messages = plan.messages
        time = happened(plan)
        rows = alike(
            messages,
            np.flatnonzero(
                self.touches(plan)
                & (time == messages.event_time)
                & (time >= plan.start + self.after.us)
                & (time < plan.start + self.until.us)
                & self.cohort(plan, self.share, luck)
            ),
        )
        off = self.offset.us if self.direction == "ahead" else -self.offset.us
        skewed = messages.with_values(
            rows, event_time=messages.event_time[rows] + off, producer_time=messages.producer_time[rows] + off
        )
        cause = device_causes("clock of ", messages.device[rows], f" is {self.offset.us} us {self.direction}")
        return plan.fired(skewed, luck.firing(rows, cause))
