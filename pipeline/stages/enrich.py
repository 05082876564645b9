"""Status changes beside facility and carrier as they were when it happened: ``clean.shipment_status_events``."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import STATUS_CHANGED
from pipeline.contract.tables import SHIPMENT_STATUS_EVENTS
from pipeline.stages.as_of import as_of
from pipeline.stages.each_batch import EachBatch, derived


def enrich(events: pa.RecordBatch, facilities: pa.Table, carriers: pa.Table) -> dict[str, pa.RecordBatch]:
    """``status_events``: the status changes among the events. Who is unknown is flagged, and nothing is dropped."""
    changes = events.filter(pc.equal(events.column("event_type"), STATUS_CHANGED))
    columns: dict[str, Any] = dict(zip(changes.schema.names, changes.columns, strict=True))
    facility = as_of(facilities, "facility_id", columns["facility_id"], columns["event_time"])
    carrier = as_of(carriers, "carrier_code", columns["carrier_code"], columns["event_time"])
    columns |= {
        "facility_known": facility.is_valid(),
        "facility_name": _at(facilities["name"], facility),
        "facility_kind": _at(facilities["kind"], facility),
        "facility_timezone": _at(facilities["timezone"], facility),
        "carrier_known": carrier.is_valid(),
        "carrier_name": _at(carriers["name"], carrier),
    }
    return {"status_events": derived(events, columns, SHIPMENT_STATUS_EVENTS.schema)}


def _at(column: pa.ChunkedArray, rows: pa.Array) -> pa.Array:
    return column.combine_chunks().take(rows)


class Enrich(EachBatch):
    """Events to ``status_events``. The dimensions are small: each worker holds them whole."""

    def __init__(self, facilities: pa.Table, carriers: pa.Table) -> None:
        split = partial(enrich, facilities=facilities, carriers=carriers)
        super().__init__("enrich", split, ("status_events",))
