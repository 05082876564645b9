"""Plan to bytes: what a message looks like on the wire, sound or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.contract.columns import Leaf, payload_leaves, payload_type
from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED, Envelope, Geo
from pipeline.contract.rejections import Rejection
from sim.ledger import Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import BODIES, EVENT_TYPE_NAMES, SOUND, Messages, Plan
from sim.rng import Randomness
from sim.truth import Truth

_encode = msgspec.json.Encoder().encode


def timestamps_text(microseconds: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    """RFC 3339 in UTC; the fraction is left out when it is zero."""
    texts = np.datetime_as_string(microseconds.astype("datetime64[us]"), unit="us").tolist()
    return [f"{t[:-7]}Z" if t.endswith(".000000") else f"{t}Z" for t in texts]


def _values(leaf: Leaf, facts: pa.Table) -> list[Any]:
    column = facts[leaf.column].combine_chunks()
    if not pa.types.is_timestamp(leaf.arrow_type):
        return list(column.to_pylist())
    texts = timestamps_text(column.fill_null(0).cast(pa.int64()).to_numpy())
    return [text if there else None for text, there in zip(texts, column.is_valid().to_pylist(), strict=True)]


def payloads(event_type: str, version: int, facts: pa.Table) -> list[bytes]:
    """The JSON of each fact's payload, in the order of the contract's fields."""
    columns: dict[str, Iterable[Any]] = {}
    for leaf in payload_leaves(event_type, version):
        if leaf.path[0] != "geo":
            columns[leaf.path[0]] = _values(leaf, facts)
        elif "geo" not in columns:
            columns["geo"] = map(Geo, facts["geo_lat"].to_pylist(), facts["geo_lon"].to_pylist())
    return [_encode(payload) for payload in map(payload_type(event_type, version), *columns.values())]


def _add_field(payload: bytes, field: str) -> bytes:
    return payload[:-1] + b"," + _encode(field) + b':"drifted"}'


def _break_type(payload: bytes, field: str) -> bytes:
    fields = msgspec.json.decode(payload)
    holder = fields
    *outer, last = field.split(".")
    for name in outer:
        holder = holder[name]
    holder[last] = f"about {holder[last]}"
    return _encode(fields)


_CHANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "shipment.created": ("weight_kg", lambda kg: kg / 2),
    STATUS_CHANGED: ("carrier_code", lambda code: f"{code}-2"),
    "shipment.eta.updated": ("previous_eta", lambda _: "2000-01-01T00:00:00Z"),
    FACILITY_SCAN: ("scanner_id", lambda scanner: f"{scanner}-2"),
    "facility.capacity.changed": ("docks_open", lambda docks: docks + 1),
    "driver.status.changed": ("vehicle_id", lambda vehicle: f"{vehicle}-2"),
    "driver.location": ("vehicle_id", lambda vehicle: f"{vehicle}-2"),
    "vehicle.telemetry": ("odometer_km", lambda km: km + 1),
}


def _change(payload: bytes, event_type: str) -> bytes:
    fields = msgspec.json.decode(payload)
    name, change = _CHANGES[event_type]
    return _encode(fields | {name: change(fields.get(name))})


def _cut_short(value: bytes) -> bytes:
    return value[: len(value) // 2].decode(errors="ignore").encode()


def _not_utf8(value: bytes) -> bytes:
    middle = len(value) // 2
    return value[:middle] + b"\xff\xfe" + value[middle:]


def _not_json(value: bytes) -> bytes:
    return value.replace(b'"', b"'")


DAMAGES: tuple[tuple[Callable[[bytes], bytes], Rejection], ...] = (
    (_cut_short, Rejection.BAD_JSON),
    (_not_utf8, Rejection.BAD_ENCODING),
    (_not_json, Rejection.BAD_JSON),
)
"""Ways to damage a message, each with the code that the pipeline must refuse it with."""


def damage_of(messages: Messages, randomness: Randomness) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each message the row of ``DAMAGES`` that would be its own. Copies share the damage of the first."""
    fact = messages.fact_row.astype(np.uint64) * np.uint64(len(EVENT_TYPE_NAMES)) + messages.event_type.astype(
        np.uint64
    )
    return (randomness.uniform("damage", fact) * len(DAMAGES)).astype(np.int64)


@dataclass(frozen=True)
class Wire:
    """Turns the messages of a plan into bytes."""

    truth: Truth
    plan: Plan
    drifted: Mapping[int, str]
    """For each fault that drifts, by its index, the field that it adds or breaks."""
    randomness: Randomness

    def event_ids(self, messages: Messages) -> list[str]:
        """The event id of each message: the fact's own, or another one where the producer gave a new one."""
        ids = np.empty(len(messages), dtype=object)
        for code, rows in _groups(messages.event_type):
            name = EVENT_TYPE_NAMES[code]
            ids[rows] = self.truth.facts[name]["event_id"].take(messages.fact_row[rows]).to_numpy()
            for number in np.unique(messages.new_id[rows]):
                if number:
                    new = rows[messages.new_id[rows] == number]
                    ids[new] = self.randomness.uuids(f"new_id/{name}/{number}", messages.fact_row[new])
        return list(ids)

    def tenants(self, messages: Messages) -> pa.Array:
        """The tenant of each message, or null."""
        tenants = np.full(len(messages), None, dtype=object)
        for code, rows in _groups(messages.event_type):
            column = self.truth.facts[EVENT_TYPE_NAMES[code]]["tenant_id"]
            tenants[rows] = column.take(messages.fact_row[rows]).to_numpy()
        return pa.array(tenants, pa.string())

    def values(self, messages: Messages, event_ids: Sequence[str]) -> list[bytes]:
        """The bytes of each message."""
        values = np.empty(len(messages), dtype=object)
        for code, rows in _groups(messages.event_type):
            ids = [event_ids[row] for row in rows]
            values[rows] = self._one_type(EVENT_TYPE_NAMES[code], messages.take(rows), ids)
        for row in np.flatnonzero(messages.body == BODIES.index(Body.MALFORMED)):
            damage, _ = DAMAGES[damage_of(messages.take(np.array([row])), self.randomness)[0]]
            values[row] = damage(values[row])
        return list(values)

    def _one_type(self, event_type: str, messages: Messages, event_ids: Sequence[str]) -> list[bytes]:
        facts = self.truth.facts[event_type].take(messages.fact_row)
        versions = facts["event_version"].to_numpy()
        bodies = np.empty(len(messages), dtype=object)
        for version in np.unique(versions):
            rows = np.flatnonzero(versions == version)
            bodies[rows] = payloads(event_type, int(version), facts.take(rows))
        for row in np.flatnonzero(messages.body != SOUND).tolist():
            bodies[row] = self._misshape(bodies[row], event_type, messages, row)
        envelopes = map(
            Envelope,
            event_ids,
            [event_type] * len(messages),
            versions.tolist(),
            timestamps_text(messages.event_time),
            timestamps_text(messages.producer_time),
            [PRODUCERS[code] for code in messages.producer],
            map(msgspec.Raw, bodies),
            facts["trace_id"].to_pylist(),
            facts["tenant_id"].to_pylist(),
        )
        return [_encode(envelope) for envelope in envelopes]

    def _misshape(self, payload: bytes, event_type: str, messages: Messages, row: int) -> bytes:
        body = BODIES[messages.body[row]]
        if body is Body.CHANGED:
            return _change(payload, event_type)
        if body is Body.MALFORMED:
            return payload
        return (_add_field if body is Body.ADDED_FIELD else _break_type)(
            payload, self.drifted[int(messages.fault[row])]
        )


def _groups(codes: np.ndarray[Any, np.dtype[np.int64]]) -> list[tuple[int, np.ndarray[Any, np.dtype[np.intp]]]]:
    return [(int(code), np.flatnonzero(codes == code)) for code in np.unique(codes)]
