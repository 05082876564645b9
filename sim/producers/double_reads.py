"""Double reads: the trigger is held a moment too long, and one reading of a label is stored twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.producers.causes import told
from sim.producers.copies import copies
from sim.producers.entities import message_entities, picked, sent_by
from sim.producers.lookup import event_ids
from sim.producers.plan import Plan, noted

if TYPE_CHECKING:
    from sim.world.cast import Cast

FAULT_ID = "producers.hand_scanner.double_read"
_PURPOSE = "producers/hand_scanner/double_read"
SHORTEST_US, LONGEST_US = 50_000, 400_000


def double_read(plan: Plan, cast: Cast) -> Plan:
    """Copies of the same bytes, 50 to 400 ms after the first."""
    messages, share = plan.messages, cast.scenario.producers.hand_scanner.double_read
    rows = picked(messages, sent_by(messages, "hand_scanner"), share, cast.rng, _PURPOSE)
    if not len(rows):
        return plan
    luck = cast.rng.uniform(f"{_PURPOSE}/after", message_entities(messages, rows))
    after = SHORTEST_US + (luck * (LONGEST_US - SHORTEST_US)).astype(np.int64)
    again = copies(messages, rows, messages.ingest_time[rows] + after)
    cause = told("label read twice, ", after, " us apart: ", event_ids(plan, rows))
    places = len(messages) + np.arange(len(rows))
    return plan.fired(messages.followed_by(again), noted(FAULT_ID, "double_read", places, cause))
