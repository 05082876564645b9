"""Retries: the acknowledgement gets lost, the phone does not know that it was heard, and sends the same bytes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import F64, I64, Mask
from sim.producers.causes import told
from sim.producers.copies import copies
from sim.producers.dead_zones import dead_zone_causes
from sim.producers.entities import message_entities, sent_by
from sim.producers.lookup import event_ids
from sim.producers.plan import Plan, noted

if TYPE_CHECKING:
    from sim.world.cast import Cast

FAULT_ID = "producers.driver_app.retry"
_PURPOSE = "producers/driver_app"


def retried(plan: Plan, cast: Cast, in_burst: Mask) -> Plan:
    """Copies ``retry_after``, give or take a quarter of it, after the first; then twice as much after that."""
    app = cast.scenario.producers.driver_app
    rows = np.flatnonzero(sent_by(plan.messages, "driver_app"))
    share = np.where(in_burst[rows], app.lost_in_burst.of_one, app.lost_acknowledgement.of_one)
    rows, share = rows[share > 0], share[share > 0]
    waited = np.zeros(len(rows), dtype=np.int64)
    for attempt in (1, 2):
        entity = message_entities(plan.messages, rows)
        lost = cast.rng.uniform(f"{_PURPOSE}/lost", entity, draw=attempt) < share
        rows, share, waited, entity = rows[lost], share[lost], waited[lost], entity[lost]
        luck = cast.rng.uniform(f"{_PURPOSE}/wait", entity, draw=attempt)
        waited = waited + 1 + _wait_us(attempt * app.retry_after.us, luck)
        plan = _sent_again(plan, rows, waited)
    return plan


def _wait_us(usual_us: int, luck: F64) -> I64:
    return (usual_us * (0.75 + 0.5 * luck)).astype(np.int64)


def _sent_again(plan: Plan, rows: I64, waited: I64) -> Plan:
    if not len(rows):
        return plan
    messages = plan.messages
    again = copies(messages, rows, messages.ingest_time[rows] + waited)
    cause = told("no acknowledgement of ", event_ids(plan, rows), ", sent again after ", waited, " us")
    places = len(messages) + np.arange(len(rows))
    root = dead_zone_causes(plan, rows)
    return plan.fired(messages.followed_by(again), noted(FAULT_ID, "retry", places, cause, root))
