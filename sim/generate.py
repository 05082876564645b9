"""From a scenario to a sealed run folder: the world's truth, the messages in the log, and the ledger of their fates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from backends.interface import APPENDED, TIMESTAMP, EventLog
from sim.arrays import I64
from sim.fates import fates
from sim.faults import Drift, apply_all
from sim.ledger import FIRINGS, MESSAGES, Ledger
from sim.producers.names import PRODUCERS
from sim.producers.plan import BODIES, EVENT_TYPE_NAMES, Messages, Plan
from sim.producers.report import report
from sim.producers.wire import Wire
from sim.rng import Randomness
from sim.scenario import Scenario
from sim.truth import Truth

CHUNK = 16_384
"""Messages encoded and appended at a time."""


def plan_messages(scenario: Scenario, truth: Truth) -> Plan:
    """The messages that the scenario's producers send about this truth, faults applied."""
    randomness = Randomness(scenario.seed)
    plan = report(truth, randomness, scenario.start, scenario.duration.us)
    return apply_all(scenario.faults, plan, randomness)


def send(
    scenario: Scenario, truth: Truth, plan: Plan, log: EventLog, progress: Callable[[int], None] = lambda _: None
) -> Ledger:
    """Append all messages to the log in order of arrival, and write down what must become of each.

    ``progress`` is told the number of messages appended so far.
    """
    randomness = Randomness(scenario.seed)
    drifted = {index: fault.field for index, fault in enumerate(scenario.faults) if isinstance(fault, Drift)}
    wire = Wire(truth, plan, drifted, randomness)
    order = np.lexsort((np.arange(len(plan.messages)), plan.messages.ingest_time))
    sent: list[pa.RecordBatch] = []
    for first in range(0, len(order), CHUNK):
        ids = order[first : first + CHUNK]
        sent.append(_append(wire, plan, ids, log))
        progress(first + len(ids))
    arrived = pa.Table.from_batches(sent, _SENT)
    by_id = arrived.take(np.argsort(order)).combine_chunks()
    decided = fates(
        plan.messages,
        pa.table({"partition": by_id["partition"], "offset": by_id["offset"]}),
        randomness,
        allowed_lateness_us=scenario.platform.allowed_lateness.us,
        future_tolerance_us=scenario.platform.future_tolerance.us,
    )
    return Ledger(_ledger_messages(plan, by_id, decided), _firings(plan))


_SENT = pa.schema(
    [
        MESSAGES.field(name)
        for name in ("partition", "offset", "key", "tenant_id", "event_id", "value_sha256", "value_bytes")
    ]
)


def _append(wire: Wire, plan: Plan, ids: I64, log: EventLog) -> pa.RecordBatch:
    messages = plan.messages.take(ids)
    event_ids = wire.event_ids(messages)
    values = wire.values(messages, event_ids)
    keys = pa.array([plan.keys[key] for key in messages.key], pa.string())
    tenants = wire.tenants(messages)
    batch = pa.RecordBatch.from_arrays(
        [
            keys,
            _attributes(messages, tenants),
            pa.array(values, pa.binary()),
            pa.array(messages.ingest_time).cast(TIMESTAMP),
        ],
        schema=APPENDED,
    )
    positions = log.append(batch)
    columns = {
        "partition": positions["partition"],
        "offset": positions["offset"],
        "key": keys,
        "tenant_id": tenants,
        "event_id": pa.array(event_ids, pa.string()),
        "value_sha256": pa.array([hashlib.sha256(value).hexdigest() for value in values], pa.string()),
        "value_bytes": pa.array([len(value) for value in values], pa.int64()),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in _SENT.names], schema=_SENT)


def _attributes(messages: Messages, tenants: pa.Array) -> pa.MapArray:
    """``event_type``, ``source`` and, where there is one, ``tenant_id``: what a router may read without the body."""
    rows = [
        [("event_type", EVENT_TYPE_NAMES[event_type]), ("source", PRODUCERS[producer])]
        + ([("tenant_id", tenant)] if tenant else [])
        for event_type, producer, tenant in zip(
            messages.event_type.tolist(), messages.producer.tolist(), tenants.to_pylist(), strict=True
        )
    ]
    return pa.array(rows, APPENDED.field("attributes").type)


def _names(names: Sequence[str], codes: I64) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(names)).cast(pa.string())


def _ledger_messages(plan: Plan, sent: pa.Table, decided: pa.Table) -> pa.Table:
    messages = plan.messages
    columns = {
        "message_id": pa.array(np.arange(len(messages))),
        "ingest_time": pa.array(messages.ingest_time).cast(TIMESTAMP),
        "producer_time": pa.array(messages.producer_time).cast(TIMESTAMP),
        "event_type": _names(EVENT_TYPE_NAMES, messages.event_type),
        "source": _names(PRODUCERS, messages.producer),
        "fact_row": pa.array(messages.fact_row),
        "body": _names([body.value for body in BODIES], messages.body),
    }
    columns |= {name: sent[name] for name in sent.column_names} | {n: decided[n] for n in decided.column_names}
    return pa.table([columns[field.name].cast(field.type) for field in MESSAGES], schema=MESSAGES)


def _firings(plan: Plan) -> pa.Table:
    tables = [
        pa.table(
            {
                "fault_id": pa.array([f"faults.{firing.fault}"] * len(firing.message_ids), pa.string()),
                "kind": pa.array([firing.kind] * len(firing.message_ids), pa.string()),
                "message_id": pa.array(firing.message_ids),
                "cause": pa.array(firing.causes, pa.string()),
            },
            schema=FIRINGS,
        )
        for firing in sorted(plan.firings, key=lambda firing: firing.fault)
    ]
    return pa.concat_tables([FIRINGS.empty_table(), *tables]).combine_chunks()
