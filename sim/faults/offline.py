"""Devices out of reach, which keep what they have to say and send it in one burst."""

import numpy as np

from sim.arrays import I64
from sim.faults.base import FaultBase, Luck
from sim.producers.plan import Plan
from sim.units import Duration, Share

_BETWEEN_MESSAGES_US = 5_000
"""A burst sends 200 messages a second."""


class Offline(FaultBase, frozen=True, tag="offline"):
    """A share of the devices is out of reach once, from a moment after ``after``, for ``shortest`` to ``longest``."""

    share: Share
    shortest: Duration
    longest: Duration
    after: Duration = Duration(0)

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages of which those made out of reach arrive together, in their order, when the device is back."""
        messages = plan.messages
        devices = np.arange(len(plan.devices))
        first_us = plan.start + self.after.us
        gone = first_us + (luck.uniform("gone", devices) * max(0, plan.end - first_us)).astype(np.int64)
        span = self.shortest.us + luck.uniform("span", devices) * (self.longest.us - self.shortest.us)
        back = gone + span.astype(np.int64)
        device, made = messages.device, messages.producer_time
        out_of_reach = self.cohort(plan, self.share, luck) & (made >= gone[device]) & (made < back[device])
        ids = np.flatnonzero(self.touches(plan) & out_of_reach)
        ids = ids[np.lexsort((ids, made[ids], device[ids]))]
        arrives = np.maximum(back[device[ids]] + _place_in_burst(device[ids]) * _BETWEEN_MESSAGES_US, made[ids] + 1)
        arrives = np.maximum(arrives, messages.ingest_time[ids])  # what another fault holds back longer stays held
        causes = [
            f"{plan.devices[d]} out of reach, held {us} us"
            for d, us in zip(device[ids], arrives - made[ids], strict=True)
        ]
        return plan.fired(messages.with_values(ids, ingest_time=arrives), luck.fault, "offline", ids, causes)


def _place_in_burst(device: I64) -> I64:
    """For devices in groups, 0, 1, 2, ... inside each group."""
    rows = np.arange(len(device))
    starts = np.r_[True, device[1:] != device[:-1]] if len(device) else np.zeros(0, bool)
    return rows - np.maximum.accumulate(np.where(starts, rows, 0))
