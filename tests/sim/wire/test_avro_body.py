"""Avro messages say what the JSON messages of the same columns say; drifted ones can't be read without their schema."""

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from wire_messages import KINDS, columns

from pipeline.contract import avro
from pipeline.contract.rejections import Rejection
from pipeline.stages.read_event import read_event
from pipeline.stages.strict_json import Refusal
from sim.rules.fields import numbers_of
from sim.wire.avro_body import drifted_schema, envelope_avro
from sim.wire.envelopes import Envelopes
from sim.wire.json_body import envelope_json
from sim.wire.misshape import add_field, break_type, changed


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_both_formats_say_the_same(kind: tuple[str, int]) -> None:
    written = envelope_avro(*kind, columns(*kind))
    spoken = envelope_json(*kind, columns(*kind))
    assert written.type == spoken.type == pa.binary()
    assert [avro.json_of(message) for message in written.to_pylist()] == spoken.to_pylist()
    assert [read_event(message) for message in written.to_pylist()] == [read_event(m) for m in spoken.to_pylist()]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_changed_payload_goes_in_both_formats(kind: tuple[str, int]) -> None:
    bodies = [changed(payload.encode(), kind[0]) for payload in columns(*kind).payload.to_pylist()]
    given = columns(*kind, payload=pa.array(bodies, pa.binary()))
    assert [avro.json_of(m) for m in envelope_avro(*kind, given).to_pylist()] == envelope_json(*kind, given).to_pylist()


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("change", ["add_field", "break_type"])
def test_a_drifted_message_is_of_an_unknown_schema_that_can_be_told(change, kind: tuple[str, int]) -> None:
    for field in ["firmware"] if change == "add_field" else numbers_of(kind[0]):
        schema = drifted_schema(*kind, change, field)
        drift = {"add_field": add_field, "break_type": break_type}[change]
        bodies = [drift(payload.encode(), field) for payload in columns(*kind).payload.to_pylist()]
        as_json = envelope_json(*kind, columns(*kind, payload=pa.array(bodies, pa.binary()))).to_pylist()
        for message, same in zip(
            envelope_avro(*kind, columns(*kind), drift=(change, field)).to_pylist(), as_json, strict=True
        ):
            refusal = read_event(message)
            assert isinstance(refusal, Refusal)
            assert refusal.code == Rejection.UNKNOWN_SCHEMA
            assert msgspec.json.decode(avro.json_of(message, {schema.fingerprint: schema})) == msgspec.json.decode(same)


def test_a_drifted_schema_leaves_the_contracts_own_alone() -> None:
    before = avro.schema_of("facility.scan", 1).fingerprint
    drifted_schema("facility.scan", 1, "add_field", "one_more")
    assert avro.schema_of.__wrapped__("facility.scan", 1).fingerprint == before


def test_no_rows_and_no_optional_columns() -> None:
    none = pa.array([], pa.string())
    empty = {"event_id": none, "event_time": np.array([], np.int64), "producer_time": np.array([], np.int64)}
    for make in (envelope_avro, envelope_json):
        made = make("driver.location", 1, Envelopes(**empty, source=none, payload=none))
        assert made.type == pa.binary()
        assert len(made) == 0
