"""A sound message of each event type and version, from columns, in both formats."""

from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.contract.columns import Leaf, payload_leaves
from pipeline.contract.events import EVENT_TYPES
from sim.wire.envelopes import Envelopes
from sim.wire.json_body import payload_json

KINDS = [(event_type, version) for event_type, versions in EVENT_TYPES.items() for version in versions]


def column(leaf: Leaf, rows: int) -> pa.Array:
    if leaf.choices:
        return pa.array([leaf.choices[-1]] * rows)
    if pa.types.is_string(leaf.arrow_type):
        return pa.array([f"{leaf.column} é\"{row}" for row in range(rows)])  # fmt: skip
    return pa.array(range(1, rows + 1), pa.int64()).cast(leaf.arrow_type)


def facts(event_type: str, version: int, rows: int = 3) -> pa.Table:
    return pa.table({leaf.column: column(leaf, rows) for leaf in payload_leaves(event_type, version)})


def columns(event_type: str, version: int, rows: int = 3, **changes: Any) -> Envelopes:
    """What ``envelope_json`` and ``envelope_avro`` take after type and version."""
    moments = 1_767_225_600_000_000 + np.arange(rows) * 500_000
    made = {
        "event_id": pa.array([f"id {row}" for row in range(rows)]),
        "event_time": moments,
        "producer_time": moments + 7,
        "source": pa.array(["driver_app"] * rows).dictionary_encode(),
        "payload": payload_json(event_type, version, facts(event_type, version, rows)),
        "trace_id": pa.array([None, "t", "u"][:rows], pa.string()),
        "tenant_id": pa.array(["acme", None, "b"][:rows], pa.string()),
    }
    return Envelopes(**(made | changes))
