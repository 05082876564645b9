"""Rows of the tables from messages and events as dicts: what a pipeline of one dict per element writes.

Times are microseconds since 1970.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from speed.job import EVENT_TYPE_NAMES
from speed.one_message import Row, instant_us

WINDOW_US = 300_000_000
STATUS_CHANGED, SCAN = "shipment.status.changed", "facility.scan"
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_BYTES_MAX = 1024 * 1024
_PLACE = ("log_partition", "log_offset")
Versions = Mapping[str, Sequence[Row]]
"""Of each key the rows of a dimension."""


def raw(message: Row) -> Row:
    """A message as it came, with the columns by which it is partitioned."""
    value, claimed = message["value"], message["attributes"].get("event_type")
    arrived = _1970 + timedelta(microseconds=message["ingest_time"])
    body = text_of(value)
    return {
        **{name: message[name] for name in (*_PLACE, "key", "attributes")},
        "ingest_time": arrived.isoformat(),
        "body": body,
        "body_base64": b64encode(value).decode() if body is None else None,
        "event_type": claimed if claimed in EVENT_TYPE_NAMES else "unknown",
        "ingest_date": arrived.date().isoformat(),
    }


def text_of(value: bytes) -> str | None:
    """A message as text; None if it is too large, or not UTF-8."""
    try:
        return value.decode() if len(value) <= _BYTES_MAX else None
    except UnicodeDecodeError:
        return None


def rejected(message: Row, stage: str, code: str) -> Row:
    """A message that was refused."""
    claimed = message["attributes"]
    return {
        **{name: message[name] for name in (*_PLACE, "ingest_time")},
        "event_type": claimed.get("event_type", "unknown"),
        "tenant_id": claimed.get("tenant_id"),
        "stage": stage,
        "code": code,
        "reason": code,
        "body_bytes": len(message["value"]) if "value" in message else message["body_bytes"],
    }


def duplicate(event: Row, matched_on: str, first: Row) -> Row:
    """A copy, and the first that it is a copy of."""
    row = {name: event[name] for name in (*_PLACE, "event_type", "tenant_id", "source", "event_id")}
    return row | {"matched_on": matched_on} | {f"first_{name}": first[name] for name in _PLACE}


def placed(event: Row, allowed_lateness_us: int) -> Row:
    """An event with the end of its window and how late it is."""
    window_end = event["event_time"] // WINDOW_US * WINDOW_US + WINDOW_US
    behind = event["ingest_time"] - window_end
    lateness = "on_time" if behind <= 0 else "late" if behind <= allowed_lateness_us else "too_late"
    late_by = (behind - allowed_lateness_us) / 1e6
    return event | {"window_end": window_end, "lateness": lateness, "too_late_by_s": late_by}


def clean(event: Row) -> Row:
    """A row of ``clean.events``."""
    tenant = event["tenant_id"] or ""
    if event["event_type"] == STATUS_CHANGED:
        parts = (tenant, event["shipment_id"], event["received"]["status"], str(event["event_time"]))
    else:
        parts = (tenant, event["source"], event["event_id"])
    return event | {"dedupe_key": ":".join(parts)}


def status(event: Row, facilities: Versions, carriers: Versions) -> Row:
    """A row of ``clean.shipment_status_events``: facility and carrier as they were then."""
    change = event["received"]
    facility = _as_of(facilities.get(change["facility_id"], ()), event["event_time"])
    carrier = _as_of(carriers.get(change["carrier_code"], ()), event["event_time"])
    eta = change.get("eta")
    return {
        **event,
        **{name: change.get(name) for name in ("status", "carrier_code", "reason", "attempt")},
        "eta": eta and instant_us(eta),
        "geo_lat": change["geo"]["lat"],
        "geo_lon": change["geo"]["lon"],
        "facility_known": facility is not None,
        **{f"facility_{name}": facility and facility[name] for name in ("name", "kind", "timezone")},
        "carrier_known": carrier is not None,
        "carrier_name": carrier and carrier["name"],
    }


def _as_of(versions: Sequence[Row], time: int) -> Row | None:
    for row in versions:
        if row["valid_from"] <= time and (row["valid_to"] is None or time < row["valid_to"]):
            return row
    return None
