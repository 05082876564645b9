"""Expected ``mart_shipments_daily``: what has become of the shipments created on a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from pipeline.contract.tables import MART_SHIPMENTS_DAILY
from sim.expected.days import LocalDays


@dataclass
class _Group:
    shipments: int = 0
    delivered: int = 0
    with_exception: int = 0
    open: int = 0
    hours: list[float] = field(default_factory=list)

    def row(self) -> dict[str, object]:
        mean = sum(self.hours) / len(self.hours) if self.hours else None
        counts = {name: getattr(self, name) for name in ("shipments", "delivered", "with_exception", "open")}
        return {**counts, "hours_to_deliver_mean": mean}


def shipments_daily(created: pa.Table, outcomes: list[dict[str, Any]], days: LocalDays) -> pa.Table:
    """One row for each day at the origin, tenant, origin and service level.

    ``outcomes`` are the ``delivered`` and ``exception`` status changes, in order of event time.
    """
    delivered: dict[str, datetime] = {}
    excepted: set[str] = set()
    returned: set[str] = set()
    for outcome in outcomes:
        shipment = outcome["shipment_id"]
        if outcome["status"] == "delivered":
            delivered.setdefault(shipment, outcome["event_time"])
        else:
            excepted.add(shipment)
            if outcome["reason"] == "returned":
                returned.add(shipment)
    groups: defaultdict[tuple[date, str, str, str], _Group] = defaultdict(_Group)
    for shipment in created.to_pylist():
        key, origin = shipment["shipment_id"], shipment["origin_facility_id"]
        day = days.of(origin, shipment["event_time"])
        group = groups[day, shipment["tenant_id"] or "", origin, shipment["service_level"]]
        group.shipments += 1
        group.with_exception += key in excepted
        if key in delivered:
            group.delivered += 1
            group.hours.append((delivered[key] - shipment["event_time"]).total_seconds() / 3600)
        else:
            group.open += key not in returned
    rows = [dict(zip(MART_SHIPMENTS_DAILY.keys, key, strict=True)) | group.row() for key, group in groups.items()]
    return pa.Table.from_pylist(rows, MART_SHIPMENTS_DAILY.schema)
