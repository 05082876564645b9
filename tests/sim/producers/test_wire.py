"""What goes over the wire says what the fact says, and is broken where and how it was meant to be."""

import json

import msgspec
import numpy as np
import pytest

from pipeline.contract.columns import payload_leaves, payload_type
from pipeline.contract.events import EVENT_TYPES, Envelope
from sim.faults import Corrupt, Drift, Duplicate, apply_all
from sim.ledger import Body
from sim.producers.plan import Plan, body_code, type_code
from sim.producers.report import report
from sim.producers.wire import Wire, timestamps_text
from sim.rng import Randomness
from sim.units import Share

RANDOMNESS = Randomness(3)
ALL = Share(1.0)


def _wire(scenario, truth, *faults) -> Wire:
    plan = apply_all(faults, report(truth, RANDOMNESS, scenario.start, scenario.duration.us), RANDOMNESS)
    drifted = {index: fault.field for index, fault in enumerate(faults) if isinstance(fault, Drift)}
    return Wire(truth, plan, drifted, RANDOMNESS)


def _bytes(wire: Wire, rows: np.ndarray) -> list[bytes]:
    messages = wire.plan.messages.take(rows)
    return wire.values(messages, wire.event_ids(messages))


def _rows(plan: Plan, event_type: str, count: int = 40) -> np.ndarray:
    return np.flatnonzero(plan.messages.event_type == type_code(event_type))[:count]


def _at(fields: dict, path: tuple[str, ...]):
    for name in path:
        fields = fields.get(name)
    return fields


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_sound_message_is_valid_by_the_contract_and_says_what_happened(event_type, small_scenario, small_truth):
    wire = _wire(small_scenario, small_truth)
    rows = _rows(wire.plan, event_type)
    for value, row in zip(_bytes(wire, rows), rows, strict=True):
        envelope = msgspec.json.decode(value, type=Envelope)
        fact = small_truth.facts[event_type].slice(wire.plan.messages.fact_row[row], 1).to_pylist()[0]
        payload = msgspec.json.decode(envelope.payload, type=payload_type(event_type, envelope.event_version))
        for name in ("event_id", "event_version", "event_time", "tenant_id", "trace_id"):
            assert getattr(envelope, name) == fact[name]
        fields = msgspec.to_builtins(payload, builtin_types=[type(envelope.event_time)])
        for leaf in payload_leaves(event_type, envelope.event_version):
            assert _at(fields, leaf.path) == fact[leaf.column]
        assert msgspec.json.encode(envelope) == value, "canonical: no other way to write it"


def test_whole_seconds_have_no_fraction():
    assert timestamps_text(np.array([0, 1, 1_000_000])) == [
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000001Z",
        "1970-01-01T00:00:01Z",
    ]


def test_a_corrupt_message_is_neither_json_nor_something_else_each_time(small_scenario, small_truth):
    wire = _wire(small_scenario, small_truth, Corrupt(share=ALL))
    values = _bytes(wire, np.arange(200))
    for value in values:
        with pytest.raises((ValueError, UnicodeDecodeError)):
            json.loads(value.decode())
    not_utf8 = sum(b"\xff\xfe" in value for value in values)
    assert 20 < not_utf8 < 180


def test_drift_adds_the_field_or_breaks_its_type(small_scenario, small_truth):
    added = Drift(change="add_field", event_type="facility.scan", field="firmware", share=ALL)
    broken = Drift(change="break_type", event_type="driver.location", field="geo.lat", share=ALL)
    wire = _wire(small_scenario, small_truth, added, broken)
    for value in _bytes(wire, _rows(wire.plan, "facility.scan")):
        assert json.loads(value)["payload"]["firmware"] == "drifted"
    for value in _bytes(wire, _rows(wire.plan, "driver.location")):
        assert json.loads(value)["payload"]["geo"]["lat"].startswith("about ")


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_changed_copy_has_the_same_id_and_another_valid_payload(event_type, small_scenario, small_truth):
    wire = _wire(small_scenario, small_truth, Duplicate(share=ALL, copy="changed"))
    messages = wire.plan.messages
    copies = np.flatnonzero((messages.copy_of >= 0) & (messages.event_type == type_code(event_type)))[:20]
    assert (messages.body[copies] == body_code(Body.CHANGED)).all()
    firsts = _bytes(wire, messages.copy_of[copies])
    for copy, first in zip(_bytes(wire, copies), firsts, strict=True):
        one, other = (msgspec.json.decode(value, type=Envelope) for value in (copy, first))
        assert one.event_id == other.event_id
        assert bytes(one.payload) != bytes(other.payload)
        msgspec.json.decode(one.payload, type=payload_type(event_type, one.event_version))


def test_a_copy_under_a_new_id_has_the_same_payload(small_scenario, small_truth):
    wire = _wire(small_scenario, small_truth, Duplicate(share=ALL, copy="new_id"))
    copies = np.flatnonzero(wire.plan.messages.copy_of >= 0)[:20]
    for copy, first in zip(_bytes(wire, copies), _bytes(wire, wire.plan.messages.copy_of[copies]), strict=True):
        one, other = (msgspec.json.decode(value, type=Envelope) for value in (copy, first))
        assert one.event_id != other.event_id
        assert bytes(one.payload) == bytes(other.payload)
