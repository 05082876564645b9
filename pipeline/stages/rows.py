"""The columns that travel between the stages and are in no table."""

import pyarrow as pa

from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import STATUS_CHANGED
from pipeline.contract.tables import EVENTS

HASH = pa.binary(16)

_WITHOUT_LATENESS = [field for field in EVENTS.schema if field.name != "lateness"]
STATUS_LEAVES = tuple(
    leaf
    for leaf in payload_leaves(STATUS_CHANGED, latest_version(STATUS_CHANGED))
    if leaf.column not in EVENTS.schema.names
)
"""What ``clean.shipment_status_events`` needs beside the columns of ``clean.events``; null for all other types."""

VALID = pa.schema(
    [
        *_WITHOUT_LATENESS,
        *(pa.field(leaf.column, leaf.arrow_type) for leaf in STATUS_LEAVES),
        pa.field("scan_type", pa.string()),
        pa.field("id_hash", HASH, nullable=False),
        pa.field("status_hash", HASH),
        pa.field("content_hash", HASH, nullable=False),
        pa.field("body_bytes", pa.int64(), nullable=False),
    ]
)
"""A valid event. ``scan_type`` is null for all but scans. ``id_hash`` is over tenant, source and event id;
``status_hash`` over what tells a status change from others; ``content_hash`` over all that may not differ between two
copies of one event. All are keyed."""

PLACED = pa.schema([*VALID, EVENTS.schema.field("lateness")])
"""A valid event, once, with its lateness."""
