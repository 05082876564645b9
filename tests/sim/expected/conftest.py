"""A hand-made truth of a few facts, and a ledger that says what became of their messages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from pipeline.contract.events import EVENT_TYPES
from sim.expected import Expected, Terms, expected_tables
from sim.expected.tokens import TokenKey
from sim.ledger import FIRINGS, MESSAGES, Ledger
from sim.truth import Truth, fact_schema

KEYS = (TokenKey("k1", b"a key of the tests, 32 bytes long"),)
_SOME = {
    "shipment.created": {
        "shipment_id": "S1",
        "origin_facility_id": "HUB",
        "destination_facility_id": "FAR",
        "service_level": "standard",
        "weight_kg": 1.0,
        "recipient_name": "Ada Lovelace",
        "recipient_phone": "+44 1",
        "recipient_email": "ada@example.org",
    },
    "shipment.status.changed": {
        "shipment_id": "S1",
        "facility_id": "HUB",
        "geo_lat": 1.0,
        "geo_lon": 2.0,
        "carrier_code": "NORD",
    },
    "shipment.eta.updated": {"shipment_id": "S1", "eta": datetime(2026, 3, 4, tzinfo=UTC)},
    "facility.scan": {"shipment_id": "S1", "facility_id": "HUB", "scan_type": "arrival", "scanner_id": "X"},
    "vehicle.telemetry": {
        "vehicle_id": "V1",
        "driver_id": "D1",
        "harsh_brakes": 1,
        "speed_kmh": 50.0,
        "fuel_pct": 50.0,
    },
}


def at(text: str) -> datetime:
    """A time on 2 March 2026, or on the day given, UTC."""
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"2026-03-{day or '02'}T{clock}:00+00:00").astimezone(UTC)


class Told:
    """Facts and messages, told one after the other."""

    def __init__(self) -> None:
        self._facts: dict[str, list[dict[str, Any]]] = {name: [] for name in EVENT_TYPES}
        self._messages: list[dict[str, Any]] = []

    def fact(self, event_type: str, when: str, fate: str = "clean", **values: object) -> int:
        """A fact and its message, of which the id is given."""
        row = len(self._facts[event_type])
        base = {"event_id": f"{event_type}/{row}", "event_version": 1, "event_time": at(when), "tenant_id": "acme"}
        self._facts[event_type].append(_SOME[event_type] | base | values)
        return self.message(event_type, row, fate=fate)

    def message(self, event_type: str, row: int, **values: object) -> int:
        """A message about a fact."""
        fact = self._facts[event_type][row]
        number = len(self._messages)
        base = {
            "message_id": number,
            "partition": 0,
            "offset": number,
            "ingest_time": fact["event_time"] + timedelta(seconds=1),
            "producer_time": fact["event_time"],
            "key": "k",
            "event_type": event_type,
            "event_version": fact["event_version"],
            "event_time": fact["event_time"],
            "tenant_id": fact["tenant_id"],
            "source": "driver_app",
            "event_id": fact["event_id"],
            "fact_row": row,
            "copy": 0,
            "format": "json",
            "body": "sound",
            "value_sha256": f"digest {number}",
            "value_bytes": 100 + number,
        }
        self._messages.append(base | values)
        return number

    def expected(self) -> Expected:
        """The tables that follow."""
        facts = {name: pa.Table.from_pylist(rows, fact_schema(name)) for name, rows in self._facts.items()}
        messages = pa.Table.from_pylist(self._messages, MESSAGES)
        ledger = Ledger(messages, FIRINGS.empty_table())
        return expected_tables(Truth(facts, _reference()), ledger, Terms(30 * 60 * 1_000_000, KEYS))


def _reference() -> dict[str, pa.Table]:
    since = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_to": None}
    until = {"valid_from": datetime(2026, 1, 1, tzinfo=UTC), "valid_to": at("12:00")}
    then = {"valid_from": at("12:00"), "valid_to": None}
    place = {"kind": "hub", "lat": 1.0, "lon": 2.0, "docks": 3}
    times = pa.timestamp("us", tz="UTC")
    reference = {
        "dim_facility": [
            {"facility_id": "HUB", "name": "Old", "timezone": "Europe/Berlin", **place, **until},
            {"facility_id": "HUB", "name": "New", "timezone": "Europe/Berlin", **place, **then},
            {"facility_id": "FAR", "name": "Far", "timezone": "America/New_York", **place, **since},
        ],
        "dim_carrier": [{"carrier_code": "NORD", "name": "Nord", **since}],
        "dim_lane": [
            {
                "lane_id": "HUB-FAR",
                "origin_facility_id": "HUB",
                "destination_facility_id": "FAR",
                "carrier_code": "NORD",
                "travel_time_s": 1.0,
                **since,
            }
        ],
    }
    schema = {name: pa.Table.from_pylist(rows).schema for name, rows in reference.items()}
    fixed = {
        name: pa.schema([(f.name, times if f.name.startswith("valid") else f.type) for f in fields])
        for name, fields in schema.items()
    }
    return {name: pa.Table.from_pylist(rows, fixed[name]) for name, rows in reference.items()}


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def rows(told: Told) -> Callable[..., list[dict[str, Any]]]:
    return lambda table: told.expected().tables[table].to_pylist()
