"""Expected ``mart_on_time_performance`` and ``mart_exceptions``: how deliveries went, and what stopped them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipeline.contract.tables import MART_EXCEPTIONS, MART_ON_TIME_PERFORMANCE
from sim.expected.days import LocalDays
from sim.expected.shipments import first_created, shipment_key


def on_time_performance(created: pa.Table, outcomes: list[dict[str, Any]], days: LocalDays) -> pa.Table:
    """One row for each day and place of delivery, tenant, carrier and service level.

    A tenant's shipment counts once, by its first delivery; ``outcomes`` are in order of event time.
    """
    promises = {shipment_key(row): row for row in first_created(created)}
    minutes_late: defaultdict[tuple[date, str, str, str, str], list[float]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for event in outcomes:
        key = shipment_key(event)
        if event["status"] != "delivered" or key in seen:
            continue
        seen.add(key)
        shipment = promises.get(key)
        if shipment:
            day = days.of(event["facility_id"], event["event_time"])
            where = (day, event["tenant_id"] or "", event["facility_id"], event["carrier_code"])
            late = (event["event_time"] - shipment["promised_time"]) / timedelta(minutes=1)
            minutes_late[*where, shipment["service_level"]].append(late)
    rows = [_performance(key, minutes) for key, minutes in minutes_late.items()]
    return pa.Table.from_pylist(rows, MART_ON_TIME_PERFORMANCE.schema)


def _performance(key: tuple[date, str, str, str, str], minutes_late: list[float]) -> dict[str, object]:
    on_time = sum(minutes <= 0 for minutes in minutes_late)
    return dict(zip(MART_ON_TIME_PERFORMANCE.keys, key, strict=True)) | {
        "delivered": len(minutes_late),
        "on_time": on_time,
        "on_time_rate": on_time / len(minutes_late),
        "minutes_late_max": max(minutes_late),
    }


def exceptions(outcomes: list[dict[str, Any]], days: LocalDays) -> pa.Table:
    """One row for each local day, tenant, facility and reason."""
    shipments: defaultdict[tuple[date, str, str, str], list[str]] = defaultdict(list)
    for event in outcomes:
        if event["status"] == "exception":
            day = days.of(event["facility_id"], event["event_time"])
            key = (day, event["tenant_id"] or "", event["facility_id"], event["reason"] or "")
            shipments[key].append(event["shipment_id"])
    rows = [
        dict(zip(MART_EXCEPTIONS.keys, key, strict=True)) | {"exceptions": len(ids), "shipments": len(set(ids))}
        for key, ids in shipments.items()
    ]
    return pa.Table.from_pylist(rows, MART_EXCEPTIONS.schema)
