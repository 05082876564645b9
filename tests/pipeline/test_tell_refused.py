"""Refused messages in the log: a few by name, the others as a number, and never a value of theirs."""

import json
import logging

import pytest
from pipeline_messages import KEY, created, event, messages

from pipeline.stages.decode import decode
from pipeline.stages.tell_refused import TOLD_PER_CODE, known_form, tell_refused, trace_id_of
from pipeline.structured_log import NOTICE

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(NOTICE, "pipeline")


def traced(**changes: object) -> bytes:
    """A message that is refused after its envelope was read: its weight is a text, and a name."""
    fields = json.loads(event(created())) | {"trace_id": TRACE} | changes
    fields["payload"]["weight_kg"] = "Linda Finch"
    return json.dumps(fields).encode()


def test_a_refused_message_is_told_with_its_place_and_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    rejected = decode(messages([traced()], event_type="shipment.created", tenant_id="acme"), 0, KEY)["rejected"]
    (record,) = caplog.records
    told = vars(record)
    assert record.getMessage() == f"refused: {rejected['reason'][0]}"
    assert (told["stage"], told["code"], told["trace_id"]) == ("decode", "wrong_type", TRACE)
    assert (told["log_partition"], told["log_offset"]) == (rejected["log_partition"][0].as_py(), 0)
    assert (told["event_type"], told["tenant_id"]) == ("shipment.created", "acme")


def test_no_value_of_a_message_is_told(caplog: pytest.LogCaptureFixture) -> None:
    decode(messages([traced(), traced(trace_id="Ada Lovelace")]), 0, KEY)
    assert len(caplog.records) == 2
    for record in caplog.records:
        assert not any(name in str(vars(record)) for name in ("Linda", "Finch", "Ada", "Lovelace", "ada@"))


def test_many_of_one_code_are_told_as_a_number(caplog: pytest.LogCaptureFixture) -> None:
    decode(messages([b"{"] * (TOLD_PER_CODE + 5) + [b"\xff"] * TOLD_PER_CODE), 0, KEY)
    told = [(vars(record)["code"], vars(record).get("rows")) for record in caplog.records]
    assert sorted(told, key=str) == (
        [("bad_encoding", None)] * TOLD_PER_CODE + [("bad_json", 5)] + [("bad_json", None)] * TOLD_PER_CODE
    )


def test_nothing_is_looked_up_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "pipeline")
    rejected = decode(messages([b"{"]), 0, KEY)["rejected"]

    def asked(_: int) -> str:
        raise AssertionError("nobody asked for it")

    tell_refused(rejected, asked)
    assert caplog.records == []


@pytest.mark.parametrize("message", [b"{", b"\xff", b"\xc3\x01", b"[1]", b"\xc3\x01" + bytes(40), b"[" * 100_000])
def test_an_envelope_that_cannot_be_read_has_no_trace(message: bytes) -> None:
    assert trace_id_of(message) is None


@pytest.mark.parametrize("text", ["", "Ada Lovelace", "030-1234567", TRACE.upper(), TRACE + "0", None])
def test_what_has_not_the_form_of_a_trace_id_is_none(text: str | None) -> None:
    assert known_form(text) is None


def test_trace_ids_of_both_forms_are_known() -> None:
    assert known_form(TRACE) == TRACE
    assert known_form("0af76519-16cd-43dd-8448-eb211c80319c")
