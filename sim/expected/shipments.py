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


def shipment_key(row: dict[str, Any]) -> tuple[str, str]:
    """What tells a shipment from all others: tenants number theirs as they like."""
    return row["tenant_id"] or "", row["shipment_id"]


def first_created(created: pa.Table) -> list[dict[str, Any]]:
    """Each shipment once, as the first of its ``shipment.created`` events by event time, then by arrival, has it."""
    order = [(name, "ascending") for name in ("event_time", "ingest_time", "source", "event_id")]
    firsts: dict[tuple[str, str], dict[str, Any]] = {}
    for row in created.sort_by(order).to_pylist():
        firsts.setdefault(shipment_key(row), row)
    return list(firsts.values())


def shipments_daily(created: pa.Table, outcomes: list[dict[str, Any]], days: LocalDays) -> pa.Table:
    """One row for each day at the origin, tenant, origin and service level.

    ``outcomes`` are the ``delivered`` and ``exception`` status changes, in order of event time.
    """
    delivered: dict[tuple[str, str], datetime] = {}
    excepted: set[tuple[str, str]] = set()
    returned: set[tuple[str, str]] = set()
    for outcome in outcomes:
        key = shipment_key(outcome)
        if outcome["status"] == "delivered":
            delivered.setdefault(key, outcome["event_time"])
        else:
            excepted.add(key)
            if outcome["reason"] == "returned":
                returned.add(key)
    groups: defaultdict[tuple[date, str, str, str], _Group] = defaultdict(_Group)
    for shipment in first_created(created):
        key, origin = shipment_key(shipment), shipment["origin_facility_id"]
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
