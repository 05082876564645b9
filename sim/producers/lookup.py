"""What the facts say of a plan's messages, by column."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa

from sim.arrays import I64
from sim.facts import Facts
from sim.producers.plan import EVENT_TYPE_NAMES, Messages, Plan


def event_times(facts: Facts) -> I64:
    """When each fact happened, in microseconds since 1970."""
    return np.asarray(facts.table["event_time"].cast(pa.int64()).to_numpy(), dtype=np.int64)


def _places(plan: Plan, rows: I64) -> I64:
    """Where each message's fact stands in all the plan's facts, one type after the other."""
    sizes = np.array([len(plan.facts[name]) for name in EVENT_TYPE_NAMES], dtype=np.int64)
    return np.asarray((np.cumsum(sizes) - sizes)[plan.messages.event_type[rows]] + plan.messages.fact_row[rows])


def of_facts(plan: Plan, rows: I64, column: Literal["tenant", "facility", "actor"]) -> I64:
    """What the facts of these messages have there."""
    all_facts = np.concatenate([getattr(plan.facts[name], column) for name in EVENT_TYPE_NAMES])
    return np.asarray(all_facts[_places(plan, rows)], dtype=np.int64)


def event_ids(plan: Plan, rows: I64) -> pa.Array:
    """The event ids of the facts of these messages, as text."""
    columns = [plan.facts[name].table["event_id"] for name in EVENT_TYPE_NAMES]
    chunks = [chunk.cast(pa.string()) for column in columns for chunk in column.chunks]
    return pa.chunked_array(chunks, pa.string()).take(pa.array(_places(plan, rows))).combine_chunks()


def happened(plan: Plan) -> I64:
    """When the fact of each message happened, whatever its device's clock said, in microseconds since 1970."""
    times = np.concatenate([event_times(plan.facts[name]) for name in EVENT_TYPE_NAMES])
    return np.asarray(times[_places(plan, np.arange(len(plan.messages)))], dtype=np.int64)


def sent(plan: Plan) -> I64:
    """When each message was sent, whatever its device's clock said: that clock was as wrong then as at the event."""
    messages: Messages = plan.messages
    return messages.producer_time - messages.event_time + happened(plan)
