"""Expected ``clean.shipment_status_events``: status changes beside facility and carrier as they were then."""

from __future__ import annotations

import bisect
from collections import defaultdict
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipeline.contract.tables import SHIPMENT_STATUS_EVENTS


class AsOf:
    """The rows of a reference table by key and by the time from which each holds."""

    def __init__(self, reference: pa.Table, key: str) -> None:
        self._versions: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(reference.to_pylist(), key=lambda row: row["valid_from"]):
            self._versions[row[key]].append(row)

    def at(self, key: str, instant: datetime) -> dict[str, Any] | None:
        """The row that held at an instant, from ``valid_from`` until just before ``valid_to``."""
        versions = self._versions.get(key, [])
        index = bisect.bisect_right(versions, instant, key=lambda row: row["valid_from"]) - 1
        if index < 0:
            return None
        row = versions[index]
        return row if row["valid_to"] is None or instant < row["valid_to"] else None


def status_events(kept: pa.Table, facilities: AsOf, carriers: AsOf) -> pa.Table:
    """One row for each kept ``shipment.status.changed`` message."""
    times = kept["event_time"].to_pylist()
    at_facility = [facilities.at(*pair) for pair in zip(kept["facility_id"].to_pylist(), times, strict=True)]
    by_carrier = [carriers.at(*pair) for pair in zip(kept["carrier_code"].to_pylist(), times, strict=True)]
    joined: dict[str, list[object]] = {
        "facility_known": [row is not None for row in at_facility],
        "facility_name": [row and row["name"] for row in at_facility],
        "facility_kind": [row and row["kind"] for row in at_facility],
        "facility_timezone": [row and row["timezone"] for row in at_facility],
        "carrier_known": [row is not None for row in by_carrier],
        "carrier_name": [row and row["name"] for row in by_carrier],
    }
    told = joined | {"log_partition": kept["partition"], "log_offset": kept["offset"]}
    schema = SHIPMENT_STATUS_EVENTS.schema
    return pa.table([told[name] if name in told else kept[name] for name in schema.names], schema)
