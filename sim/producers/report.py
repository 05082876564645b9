"""How facts are reported when nothing goes wrong: who says it, when, and under which key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED
from sim.arrays import I64
from sim.producers.names import PRODUCERS, Producer
from sim.producers.plan import EVENT_TYPE_NAMES, SOUND, Messages, Plan, type_code
from sim.producers.senders import SENDER, STATUS_SENDER
from sim.rng import Randomness
from sim.truth import Truth


@dataclass(frozen=True)
class _Reporting:
    key: str
    """The column whose value is the message's key."""
    device: str
    """The column whose value names the device."""


_REPORTING = {
    "shipment.created": _Reporting("shipment_id", "tenant_id"),
    STATUS_CHANGED: _Reporting("shipment_id", "facility_id"),
    "shipment.eta.updated": _Reporting("shipment_id", "tenant_id"),
    FACILITY_SCAN: _Reporting("shipment_id", "scanner_id"),
    "facility.capacity.changed": _Reporting("facility_id", "facility_id"),
    "driver.status.changed": _Reporting("driver_id", "driver_id"),
    "driver.location": _Reporting("driver_id", "driver_id"),
    "vehicle.telemetry": _Reporting("vehicle_id", "vehicle_id"),
}

_SENDS_AFTER_S: dict[Producer, float] = {
    "order_system": 0.05,
    "driver_app": 2.0,
    "hand_scanner": 1.0,
    "carrier_feed": 60.0,
    "telematics_gateway": 5.0,
    "facility_system": 0.5,
}
"""Mean seconds from an event to its message, exponential; on the way it then takes as much as ``_NETWORK_S``."""
_NETWORK_S = 0.2


def _producers(event_type: str, facts: pa.Table) -> I64:
    usual = PRODUCERS.index(SENDER[event_type])
    codes = np.full(facts.num_rows, usual, dtype=np.int64)
    if event_type == STATUS_CHANGED:
        for status, producer in STATUS_SENDER.items():
            codes[pc.equal(facts["status"], status).to_numpy()] = PRODUCERS.index(producer)
    return codes


class _Names:
    """Gives each name a number, in order of first appearance."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def encode(self, column: pa.ChunkedArray) -> I64:
        encoded = column.combine_chunks().dictionary_encode()
        codes = [self.codes.setdefault(name, len(self.codes)) for name in encoded.dictionary.to_pylist()]
        rows: I64 = encoded.indices.to_numpy(zero_copy_only=False)
        return np.asarray(codes, dtype=np.int64)[rows]


def _microseconds(column: pa.ChunkedArray) -> I64:
    microseconds: I64 = column.cast(pa.int64()).to_numpy()
    return microseconds


def _one_type(event_type: str, facts: pa.Table, randomness: Randomness, keys: _Names, devices: _Names) -> Messages:
    rows = np.arange(facts.num_rows, dtype=np.int64)
    reporting = _REPORTING[event_type]
    producer = _producers(event_type, facts)
    event_time = _microseconds(facts["event_time"])
    means_s = np.array([_SENDS_AFTER_S[name] for name in PRODUCERS])[producer]
    sends_after = randomness.exponential(f"report/{event_type}", rows, 1.0) * means_s
    travels = randomness.exponential(f"report/{event_type}", rows, _NETWORK_S, draw=1)
    producer_time = event_time + (sends_after * 1e6).astype(np.int64)
    return Messages(
        event_type=np.full_like(rows, type_code(event_type)),
        fact_row=rows,
        producer=producer,
        device=devices.encode(facts[reporting.device]),
        key=keys.encode(facts[reporting.key]),
        event_time=event_time,
        producer_time=producer_time,
        ingest_time=producer_time + 1 + (travels * 1e6).astype(np.int64),
        body=np.full_like(rows, SOUND),
        fault=np.full_like(rows, -1),
        new_id=np.zeros_like(rows),
        copy_of=np.full_like(rows, -1),
    )


def report(truth: Truth, randomness: Randomness, start: datetime, duration_us: int) -> Plan:
    """One message for each fact, as its producer sends it on a good day."""
    keys, devices = _Names(), _Names()
    parts = [_one_type(name, truth.facts[name], randomness, keys, devices) for name in EVENT_TYPE_NAMES]
    messages = parts[0]
    for part in parts[1:]:
        messages = messages.followed_by(part)
    start_us = round(start.timestamp() * 1e6)
    return Plan(messages, tuple(keys.codes), tuple(devices.codes), start_us + duration_us, start_us)
