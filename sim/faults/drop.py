"""Messages that get lost on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from sim.arrays import I64, Mask
from sim.faults.base import FaultBase, Luck
from sim.producers.causes import causes
from sim.producers.copies import firsts
from sim.producers.plan import Firing, Messages, Plan
from sim.units import Share

_CAUSES = ("lost on the way", "lost on the way, and sent again")


class Drop(FaultBase, frozen=True, tag="drop"):
    """Lose a share of the messages. Whoever sends one again anyway (a retry, a replay) brings it back."""

    share: Share

    def apply(self, plan: Plan, luck: Luck) -> Plan:
        """Messages that never reach the log.

        What a mechanism did to a lost message left no trace, and a copy of one repeats nothing that the log has: both
        are struck from the firings so far.
        """
        rows = self.pick(plan, self.touches(plan), self.share, luck)
        messages = plan.messages.with_values(rows, dropped=True)
        kept = tuple(_without(firing, _about(messages, rows)) for firing in plan.firings)
        cause = causes(_CAUSES, _has_copy(messages)[rows].astype(np.int64))
        return replace(plan, firings=kept).fired(messages, luck.firing(rows, cause))


def _about(messages: Messages, rows: I64) -> Mask:
    """These messages, and what repeats one of them."""
    lost = np.zeros(len(messages), dtype=bool)
    lost[rows] = True
    about: Mask = lost[firsts(messages)]
    return about


def _has_copy(messages: Messages) -> Mask:
    has = np.zeros(len(messages), dtype=bool)
    has[messages.copy_of[messages.copy_of >= 0]] = True
    return has


def _without(firing: Firing, struck: Mask) -> Firing:
    left = ~struck[firing.rows]
    if left.all():
        return firing
    keep = pa.array(left)
    return replace(
        firing,
        rows=firing.rows[left],
        cause=firing.cause.filter(keep),
        root_cause=firing.root_cause.filter(keep),
        held_us=firing.held_us[left],
    )
