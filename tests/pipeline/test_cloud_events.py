"""An envelope as CloudEvents attributes: allowed by that specification, and back again without loss."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pipeline_messages import event, status

from pipeline.contract.cloud_events import ATTRIBUTES, attributes_of, envelope_of
from pipeline.contract.events import EVENT_TYPES, Envelope
from pipeline.contract.json_schemas import json_schema

identifiers = st.text(min_size=1, max_size=64)
times = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
envelopes = st.builds(
    Envelope,
    event_id=identifiers,
    event_type=st.sampled_from(list(EVENT_TYPES)) | identifiers,
    event_version=st.integers(1, 1000),
    event_time=times,
    producer_time=times,
    source=identifiers,
    payload=st.just(msgspec.Raw(b'{"x":1}')),
    trace_id=st.none() | identifiers,
    tenant_id=st.none() | identifiers,
)
PLAIN = msgspec.json.decode(event(status(), trace_id="t"), type=Envelope)
ODD = msgspec.structs.replace(PLAIN, event_id="%41\x00\ufffe:/", source="a:b/%", tenant_id=":", trace_id="\x7fé")


def test_each_attribute_of_a_plain_event() -> None:
    assert attributes_of(PLAIN) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "urn:logistics-twin:acme:driver_app",
        "type": "shipment.status.changed",
        "dataschema": "urn:logistics-twin:shipment.status.changed:1#/properties/payload",
        "datacontenttype": "application/json",
        "time": "2026-03-02T04:00:00Z",
        "producertime": "2026-03-02T04:00:00Z",
        "traceid": "t",
    }


def test_the_schema_named_is_that_of_the_data() -> None:
    name, _, place = attributes_of(PLAIN)["dataschema"].partition("#")
    schema = json_schema("shipment.status.changed", 1)
    assert name == schema["$id"]
    for part in place.strip("/").split("/"):
        schema = schema[part]
    assert "shipment_id" in schema["properties"]


@given(envelopes)
@example(ODD)
@example(PLAIN)
def test_nothing_is_lost_there_and_back(envelope: Envelope) -> None:
    assert envelope_of(attributes_of(envelope), bytes(envelope.payload)) == envelope


NOT_IN_A_STRING = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0010ffff]")
URI = re.compile(r"urn:[a-z0-9-]+:(?:[A-Za-z0-9._~:/#-]|%[0-9A-F]{2})+")


@given(envelopes)
@example(ODD)
def test_attributes_are_what_the_specification_allows(envelope: Envelope) -> None:
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md: names, String, URI, no empty text."""
    attributes = attributes_of(envelope)
    assert attributes.keys() >= {"id", "source", "specversion", "type"}
    assert attributes.keys() <= ATTRIBUTES.keys()
    for name, text in attributes.items():
        assert re.fullmatch("[a-z0-9]{1,20}", name)
        assert text
        assert not NOT_IN_A_STRING.search(text)
    assert URI.fullmatch(attributes["source"])
    assert URI.fullmatch(attributes["dataschema"])


@given(envelopes, envelopes)
def test_source_and_id_tell_events_apart_as_tenant_source_and_id_do(one: Envelope, other: Envelope) -> None:
    mine, others = attributes_of(one), attributes_of(other)
    same = (one.tenant_id, one.source, one.event_id) == (other.tenant_id, other.source, other.event_id)
    assert ((mine["source"], mine["id"]) == (others["source"], others["id"])) == same


@pytest.mark.parametrize("name", ["id", "source", "type", "dataschema", "time", "producertime", "specversion"])
def test_what_lacks_an_attribute_is_no_event(name: str) -> None:
    attributes = attributes_of(PLAIN)
    del attributes[name]
    with pytest.raises(ValueError, match=name):
        envelope_of(attributes, b"{}")


@pytest.mark.parametrize(
    "change", [{"specversion": "0.3"}, {"dataschema": "urn:x"}, {"source": "urn:x"}, {"time": "now"}, {"id": ""}]
)
def test_attributes_of_others_are_no_event_of_ours(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        envelope_of(attributes_of(PLAIN) | change, b"{}")
