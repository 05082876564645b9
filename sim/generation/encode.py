"""The messages of a plan as columns of the log: event ids, keys, bytes and their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import STATUS_CHANGED
from sim.arrays import I64, Mask
from sim.ledger import FORMATS, Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import BODIES, EVENT_TYPE_NAMES, Messages, Plan
from sim.rng import Randomness
from sim.wire.avro_body import Change, envelope_avro
from sim.wire.envelopes import Envelopes
from sim.wire.json_body import envelope_json, payload_json
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES, Damage, add_field, break_type, changed
from sim.wire.poison import AVRO_POISONS, POISONS
from sim.wire.texts import one_array

KEYED_BY = {
    "shipment.created": "shipment_id",
    STATUS_CHANGED: "shipment_id",
    "shipment.eta.updated": "shipment_id",
    "facility.scan": "shipment_id",
    "facility.capacity.changed": "facility_id",
    "driver.status.changed": "driver_id",
    "driver.location": "driver_id",
    "vehicle.telemetry": "vehicle_id",
}
"""The column whose value is a message's key: what is told about one thing stays in order."""
DIGEST = pa.binary(32)
_AVRO = FORMATS.index("avro")
_DRIFTS = {Body.ADDED_FIELD: add_field, Body.BROKEN_TYPE: break_type}
_AVRO_DRIFTS: dict[Body, Change] = {Body.ADDED_FIELD: "add_field", Body.BROKEN_TYPE: "break_type"}


@dataclass(frozen=True)
class Encoded:
    """Columns, by message."""

    event_id: pa.Array
    key: pa.Array
    value: pa.Array
    """Large binary."""
    sha256: pa.Array
    """Of the value; ``DIGEST``."""


def encode(plan: Plan, rows: I64, rng: Randomness) -> Encoded:
    """The messages in these rows of the plan, in that order."""
    in_plan = np.argsort(rows)
    messages = plan.messages.take(rows[in_plan])
    groups = list(_groups(messages, np.asarray(plan.formats)[messages.producer]))
    made = [_Group(plan, messages.take(group), rng) for group in groups]
    wanted = np.concatenate([np.zeros(0, np.int64), *(in_plan[group] for group in groups)])
    order = pa.array(np.argsort(wanted, kind="stable"))
    values = _gathered([group.values() for group in made], pa.large_binary(), order)
    return Encoded(
        _gathered([group.event_ids for group in made], pa.string(), order),
        _gathered([group.keys() for group in made], pa.string(), order),
        values,
        _sha256(values),
    )


def _sha256(values: pa.Array) -> pa.Array:
    """The digest of each value. The bytes are hashed where they lie: an object for each would cost as much again."""
    _, offsets, held = values.buffers()
    bounds = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1].tolist()
    view = memoryview(held) if held else memoryview(b"")
    digests = b"".join([hashlib.sha256(view[first:end]).digest() for first, end in pairwise(bounds)])
    return pa.FixedSizeBinaryArray.from_buffers(DIGEST, len(values), [None, pa.py_buffer(digests)])


def _groups(messages: Messages, written: I64) -> Iterator[I64]:
    """Messages of one type, version and format, since these have one shape; copies apart.

    So the first reports of a type are often just its facts, in their order, and need not be gathered.
    """
    kind = (messages.event_type * 256 + messages.version) * len(FORMATS) + written
    kind = 2 * kind + (messages.copy > 0)
    for code in np.unique(kind):
        yield np.flatnonzero(kind == code)


def _gathered(parts: list[pa.Array], kind: pa.DataType, order: pa.Array) -> pa.Array:
    return pa.concat_arrays([pa.array([], kind), *(part.cast(kind) for part in parts)]).take(order)


def _rows(facts: pa.Table, rows: I64) -> pa.Table:
    if len(rows) == facts.num_rows and (rows == np.arange(len(rows))).all():
        return facts
    return facts.take(pa.array(rows)).combine_chunks()


class _Group:
    """Messages of one type, version and format."""

    def __init__(self, plan: Plan, messages: Messages, rng: Randomness) -> None:
        self._plan = plan
        self._messages = messages
        self._name = EVENT_TYPE_NAMES[messages.event_type[0]]
        self._version = int(messages.version[0])
        self._avro = plan.formats[messages.producer[0]] == _AVRO
        self._facts = _rows(plan.facts[self._name].table, messages.fact_row)
        self.event_ids = self._event_ids(rng)

    def _event_ids(self, rng: Randomness) -> pa.Array:
        """The fact's own, or another one where the producer gave a new one."""
        ids = one_array(self._facts["event_id"])
        for number in np.unique(self._messages.new_id):
            if number:
                new = self._messages.new_id == number
                made = rng.uuid_texts(f"new_id/{self._name}/{number}", self._messages.luck[new])
                ids = pc.replace_with_mask(ids, pa.array(new), made)
        return ids

    def keys(self) -> pa.Array:
        key = self._messages.key
        own = one_array(self._facts[KEYED_BY[self._name]]).cast(pa.string())
        if (key < 0).all():
            return own
        return pc.if_else(pa.array(key < 0), own, pa.array(self._plan.keys).take(pa.array(key, mask=key < 0)))

    def values(self) -> pa.Array:
        payloads = payload_json(self._name, self._version, self._facts)
        payloads = self._replaced(payloads, Body.CHANGED, lambda payload, _: changed(payload, self._name))
        if self._avro:
            values = self._in_avro(payloads)
        else:
            for body, drift in _DRIFTS.items():
                payloads = self._replaced(payloads, body, drift)
            values = envelope_json(self._name, self._version, self._envelopes(payloads, slice(None)))
        values = self._spoiled(values, Body.MALFORMED, AVRO_DAMAGES if self._avro else DAMAGES)
        return self._spoiled(values, Body.POISONED, AVRO_POISONS if self._avro else POISONS)

    def _envelopes(self, payload: pa.Array, rows: slice | Mask) -> Envelopes:
        """What stands around these payloads, of some rows."""
        some = self._messages.take(np.arange(len(self._messages))[rows])
        facts, ids = self._facts, self.event_ids
        if not isinstance(rows, slice):
            facts, ids = facts.filter(pa.array(rows)), ids.filter(pa.array(rows))
        sources = pa.DictionaryArray.from_arrays(pa.array(some.producer, pa.int8()), pa.array(PRODUCERS))
        return Envelopes(
            event_id=ids,
            event_time=some.event_time,
            producer_time=some.producer_time,
            source=sources,
            payload=payload,
            trace_id=one_array(facts["trace_id"]),
            tenant_id=one_array(facts["tenant_id"]),
        )

    def _in_avro(self, payloads: pa.Array) -> pa.Array:
        """By the contract's schema, or, where a field drifted, by one that nobody was told of."""
        values = np.empty(len(self._messages), dtype=object)
        for (body, detail), rows in self._shapes():
            drift = (_AVRO_DRIFTS[body], detail) if body in _AVRO_DRIFTS else None
            envelopes = self._envelopes(payloads.filter(pa.array(rows)), rows)
            made = envelope_avro(self._name, self._version, envelopes, drift)
            values[rows] = made.to_pylist()
        return pa.array(values, pa.binary())

    def _shapes(self) -> Iterator[tuple[tuple[Body, str], Mask]]:
        shapes = np.stack([self._messages.body, self._messages.detail], axis=1)
        for body, detail in np.unique(shapes, axis=0):
            same = (self._messages.body == body) & (self._messages.detail == detail)
            yield (BODIES[body], self._plan.details[detail] if detail >= 0 else ""), same

    def _replaced(self, values: pa.Array, body: Body, make: Callable[[bytes, str], bytes]) -> pa.Array:
        """The few values with this body made anew, from what they would have been and their detail."""
        mask = self._messages.body == BODIES.index(body)
        if not mask.any():
            return values
        details = [self._plan.details[detail] if detail >= 0 else "" for detail in self._messages.detail[mask]]
        was = values.filter(pa.array(mask)).cast(pa.binary()).to_pylist()
        made = [make(value, detail) for value, detail in zip(was, details, strict=True)]
        return pc.replace_with_mask(values.cast(pa.binary()), pa.array(mask), pa.array(made, pa.binary()))

    def _spoiled(self, values: pa.Array, body: Body, damages: tuple[Damage, ...]) -> pa.Array:
        by_name = {damage.name: damage.spoiled for damage in damages}
        return self._replaced(values, body, lambda value, name: by_name[name](value))
