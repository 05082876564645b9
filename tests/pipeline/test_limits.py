"""No single message can take the process down: whatever one holds, reading it ends, in bounded memory, in a value."""

import json
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline_messages import created, driver, event, messages, scan, status, telemetry

from backends.interface import VALUE_BYTES_MAX
from pipeline.contract import avro
from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.rejections import MESSAGE_BYTES_MAX, Rejection
from pipeline.stages.attributes import attributes_json, claimed_tenant, claimed_type
from pipeline.stages.read_event import read_event
from pipeline.stages.strict_json import Refusal

CORPORA = Path(__file__).parents[1] / "corpora"
PEAK_BYTES_MAX = 80 * 1024 * 1024
"""For a message of 1 MiB; the worst that was found takes 46 MB: 350,000 lists, two bytes of JSON each."""
BASE = event(status())
ROOM = MESSAGE_BYTES_MAX - len(BASE) - 100


def beside_geo(field: bytes) -> bytes:
    return BASE.replace(b'"geo"', field + b',"geo"')


def many(unit: bytes) -> bytes:
    return b",".join([unit] * (ROOM // (len(unit) + 1)))


def different(form: bytes) -> bytes:
    return b",".join(form % number for number in range(ROOM // (len(form) + 4)))


def with_status(text: str) -> bytes:
    document = json.loads(BASE)
    document["payload"]["status"] = text
    return json.dumps(document).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a million nulls": lambda: beside_geo(b'"x":[' + many(b"null") + b"]"),
    "empty objects": lambda: beside_geo(b'"x":[' + many(b"{}") + b"]"),
    "lists, as deep as allowed": lambda: beside_geo(b'"x":[' + many(b"[" * 28 + b"]" * 28) + b"]"),
    "small objects": lambda: beside_geo(b'"x":[' + many(b'{"a":1}') + b"]"),
    "whole numbers": lambda: beside_geo(b'"x":[' + many(b"1") + b"]"),
    "names of fields": lambda: beside_geo(different(b'"%x":{}')),
    "one name, again and again": lambda: beside_geo(many(b'"a":1')),
    "a long name": lambda: beside_geo(b'"' + b"n" * ROOM + b'":1'),
    "a long text": lambda: beside_geo(b'"x":"' + b"t" * (ROOM - 20) + "\\u0041😀".encode() + b'"'),
    "a number of a million digits": lambda: beside_geo(b'"x":' + b"9" * ROOM),
    "a million digits behind the point": lambda: BASE.replace(b"52.52", b"52." + b"5" * ROOM),
    "an exponent of a million digits": lambda: beside_geo(b'"x":1e' + b"9" * ROOM),
    "a version of a million digits": lambda: BASE.replace(b'_version":1', b'_version":' + b"1" * ROOM),
    "a long id": lambda: BASE.replace(b'"e1"', b'"' + b"e" * ROOM + b'"'),
    "a long status": lambda: with_status("s" * ROOM),
    "a status full of places": lambda: with_status(" - at `$.x`" * (ROOM // 11)),
    "brackets": lambda: b"[" * ROOM,
    "braces": lambda: b'{"a":' * (ROOM // 5),
    "quotes": lambda: b'"' * ROOM,
    "backslashes": lambda: b'["' + b"\\" * ROOM,
    "spaces": lambda: BASE + b" " * ROOM,
    "surrogates": lambda: beside_geo(b'"x":"' + b"\\ud800" * (ROOM // 6) + b'"'),
    "as large as a log takes": lambda: (b'{"x":[' + b"[]," * VALUE_BYTES_MAX)[:VALUE_BYTES_MAX],
    "Avro of any bytes": lambda: avro.MARKER + avro.schema_of("driver.status.changed", 1).fingerprint + b"\x02" * ROOM,
}


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


SLOW = {"lists, as deep as allowed", "brackets"}


@pytest.mark.parametrize(
    "made",
    [pytest.param(made, id=name, marks=[pytest.mark.slow] * (name in SLOW)) for name, made in HOSTILE.items()],
)
def test_memory_is_bounded_whatever_a_message_holds(made: Callable[[], bytes]) -> None:
    message = made()
    assert peak_bytes(lambda: read_event(message)) < PEAK_BYTES_MAX


def test_the_bound_on_memory_can_be_broken() -> None:
    assert peak_bytes(lambda: bytes(PEAK_BYTES_MAX + 1)) > PEAK_BYTES_MAX


@pytest.mark.parametrize("text", ["lost - at `$.zzz`", "lost\n - at `$.zzz`", "` - at `$.status`", " - at `$"])
def test_a_value_that_looks_like_a_place_is_refused_like_any_other(text: str) -> None:
    plain, crafted = read_event(with_status("lost")), read_event(with_status(text))
    assert isinstance(plain, Refusal)
    assert crafted == plain


@pytest.mark.parametrize("digits", [20, 400, 5000])
@pytest.mark.parametrize("field", [b'"event_version":1', b'"attempt":1'])
def test_a_whole_number_is_out_of_range_however_many_digits_it_has(field: bytes, digits: int) -> None:
    message = event(status(attempt=1)).replace(field, field[:-1] + b"9" * digits)
    refusal = read_event(message)
    assert isinstance(refusal, Refusal)
    assert refusal.code == Rejection.OUT_OF_RANGE


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_text_and_every_schema_of_the_contract_has_an_end(kind: str) -> None:
    """In Avro an array of nulls takes no bytes for its items: ten bytes would declare a billion of them."""
    for version in EVENT_TYPES[kind]:
        written = json.dumps(avro.schema_of(kind, version).definition)
        assert not {"array", "map", "fixed", "bytes"} & set(written.split('"'))


def test_attributes_of_absurd_size_take_memory_in_proportion() -> None:
    batch = messages([BASE], event_type="x" * 10_000_000, tenant_id="y" * 10_000_000)
    assert peak_bytes(lambda: (attributes_json(batch), claimed_type(batch), claimed_tenant(batch))) < 200_000_000
    assert claimed_type(batch).to_pylist() == ["unknown"]


GENEROUS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVENTS = [event(payload) for payload in (status(), created(), driver(), scan(), telemetry())]


def in_avro(message: bytes) -> bytes:
    fields = json.loads(message)
    times = msgspec.json.decode(message, type=_Times)
    fields |= {"event_time": times.event_time, "producer_time": times.producer_time}
    if "promised_time" in fields["payload"]:
        fields["payload"]["promised_time"] = times.event_time
    return avro.schema_of(fields["event_type"], 1).write(fields)


class _Times(msgspec.Struct):
    event_time: datetime
    producer_time: datetime


SOUND = [*EVENTS, *map(in_avro, EVENTS)]


def naughty() -> Iterator[str]:
    yield from json.loads((CORPORA / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))


@GENEROUS
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(message: bytes) -> None:
    read_event(message)


@GENEROUS
@given(st.sampled_from(SOUND), st.data())
def test_damaged_events_are_read_or_refused(message: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(message)))
        end = data.draw(st.integers(start, len(message)))
        message = message[:start] + data.draw(st.binary(max_size=6)) + message[end:]
    read_event(message)


@GENEROUS
@given(st.sampled_from(SOUND), st.sampled_from(SOUND), st.integers(0, 400), st.integers(0, 400))
def test_events_grown_together_are_read_or_refused(one: bytes, other: bytes, end: int, start: int) -> None:
    read_event(one[:end] + other[start:])


PARTS = [b'"', b"\\", b"`", b" - at `$.", b"\\ud800", b"1e400", b"-", b"null", struct.pack("<q", -1), b"\xff" * 9]


@GENEROUS
@given(st.lists(st.sampled_from([*PARTS, *(BASE[n : n + 9] for n in range(0, len(BASE), 9))]), max_size=30))
def test_what_is_built_of_sound_and_hostile_parts_is_read_or_refused(parts: list[bytes]) -> None:
    read_event(b"".join(parts))


@pytest.mark.parametrize("field", ["status", "reason", "shipment_id", "eta", "geo", "attempt", "unknown"])
def test_naughty_strings_are_read_or_refused_in_every_field(field: str) -> None:
    for text in naughty():
        document = json.loads(BASE)
        document["payload"][field] = text
        refusal = read_event(json.dumps(document).encode())
        if isinstance(refusal, Refusal):
            assert refusal.code in {Rejection.OUT_OF_RANGE, Rejection.WRONG_TYPE}
