"""Avro says the same as JSON, and what is not exactly what its schema says is refused."""

import base64
import json
import math
import struct
import tracemalloc
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline_messages import KEY, START, Process, created, driver, event, messages, scan, status, telemetry

from backends.local.warehouse import LocalWarehouse
from pipeline.contract import avro
from pipeline.contract.avro_schemas import schema_files
from pipeline.contract.events import EVENT_TYPES, VehicleTelemetryV2
from pipeline.contract.rejections import MESSAGE_BYTES_MAX, Rejection
from pipeline.contract.tables import STREAMED
from pipeline.stages.decode import decode
from pipeline.stages.read_event import read_event
from pipeline.stages.strict_json import Refusal

GENEROUS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = (1 << 50, (1 << 62) - 1, (1 << 31) + 5)


def document(message: bytes) -> dict[str, object]:
    fields = json.loads(message)
    for name in ("event_time", "producer_time"):
        fields[name] = datetime.fromisoformat(fields[name])
    for name in fields["payload"].keys() & {"eta", "previous_eta", "promised_time"}:
        fields["payload"][name] = datetime.fromisoformat(fields["payload"][name])
    return fields


def as_avro(message: bytes, **changes: object) -> bytes:
    fields = document(message) | changes
    return avro.schema_of(str(fields["event_type"]), int(str(fields["event_version"]))).write(fields)


def with_payload(message: bytes, **changes: object) -> bytes:
    fields = document(message)
    return as_avro(message, payload=fields["payload"] | changes)


SECOND = event(VehicleTelemetryV2("V", "D", 1.0, 0, 1.0, 1.0, temperature_c=-18.5), event_version=2)
EVENTS = [
    event(status()),
    event(status("S9", "exception", reason="refused", attempt=2, eta=START), "e9", trace_id="t", tenant_id=None),
    event(created(), at=START + timedelta(microseconds=1)),
    event(scan()),
    event(driver(vehicle_id='é"\\\x00')),
    event(telemetry()),
    SECOND,
]


@pytest.mark.parametrize("message", EVENTS, ids=range(len(EVENTS)))
def test_avro_reads_as_the_json_that_says_the_same(message: bytes) -> None:
    assert avro.json_of(as_avro(message)) == message
    assert read_event(as_avro(message)) == read_event(message)
    assert not isinstance(read_event(message), Refusal)


def test_decode_takes_both_alike() -> None:
    made = decode(messages([EVENTS[0], as_avro(EVENTS[0])]), 60_000_000, KEY)["valid"].to_pylist()
    differing = {name for name in made[0] if made[0][name] != made[1][name]}
    assert differing == {"body_bytes", "log_offset", "ingest_time"}


def rows(warehouse: LocalWarehouse, table: str) -> list[dict[str, object]]:
    """All but the size of a body, which is the format's own."""
    found = warehouse.query(f"SELECT * FROM {table}").read_all()
    return sorted(found.select([name for name in found.column_names if name != "body_bytes"]).to_pylist(), key=str)


def test_the_whole_pipeline_makes_the_same_tables_of_both(process: Process) -> None:
    sent = [*EVENTS, EVENTS[0], event(scan(), "e1")]
    spoken, written = process(sent, name="json"), process([as_avro(message) for message in sent], name="avro")
    for spec in STREAMED:
        if spec.name != "raw.messages":
            assert rows(written, spec.name) == rows(spoken, spec.name)
    kept = {base64.b64decode(str(row["body_base64"])) for row in rows(written, "raw.messages") if row["body"] is None}
    assert kept == {as_avro(message) for message in sent}
    assert rows(written, "clean.events")


def zigzag(number: int) -> bytes:
    number = (number << 1) ^ (number >> 63)
    low = b""
    while number > 0x7F:
        low += bytes([number & 0x7F | 0x80])
        number >>= 7
    return low + bytes([number])


HEAD = avro.MARKER + avro.schema_of("driver.status.changed", 1).fingerprint
SOUND = as_avro(event(driver(), "e1"))
READING = as_avro(event(telemetry()))


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (avro.MARKER, "bad_avro"),
        (HEAD[:9], "bad_avro"),
        (HEAD, "bad_avro"),
        (SOUND + b"\x00", "bad_avro"),
        (SOUND + SOUND, "bad_avro"),
        (SOUND[:10] + b"\x84\x00e1" + SOUND[13:], "bad_avro"),
        (SOUND[:10] + b"\x04\xff\xfe" + SOUND[13:], "bad_avro"),
        (SOUND[:-5] + b"\x01" + SOUND[-4:], "bad_avro"),
        (SOUND[:-7] + b"\x03" + SOUND[-6:], "bad_avro"),
        (HEAD + b"\xff" * 200, "bad_avro"),
        (HEAD + b"\x00" * 200, "bad_avro"),
        (avro.MARKER + b"\x00" * 8 + SOUND[10:], "unknown_schema"),
        (avro.MARKER + SOUND[9:1:-1] + SOUND[10:], "unknown_schema"),
        (avro.MARKER + b"[" * 500, "unknown_schema"),
        (HEAD + b"[" * MESSAGE_BYTES_MAX, "too_large"),
        (avro.schema_of("facility.scan", 1).write(document(event(scan())) | {"event_version": 2}), "bad_avro"),
        (avro.schema_of("facility.scan", 1).write(document(event(scan())) | {"event_type": "x"}), "bad_avro"),
        (as_avro(event(scan()), event_id=""), "out_of_range"),
        (as_avro(event(scan()), event_id="x" * 65), "out_of_range"),
        (as_avro(event(scan()), event_time=1 << 62), "out_of_range"),
        (as_avro(event(scan()), event_time=-(1 << 63)), "out_of_range"),
        (with_payload(event(scan()), scan_type="lost"), "out_of_range"),
        (with_payload(event(telemetry()), speed_kmh=301.0), "out_of_range"),
        (with_payload(event(telemetry()), speed_kmh=math.nan), "out_of_range"),
        (with_payload(event(telemetry()), odometer_km=math.inf), "out_of_range"),
        (with_payload(event(telemetry()), harsh_brakes=1 << 62), "out_of_range"),
        (with_payload(SECOND, temperature_c=-61.0), "out_of_range"),
        (with_payload(event(driver()), driver_name="x" * 201), "out_of_range"),
        *[(HEAD + zigzag(size) + b"abcdef", "bad_avro") for size in (*MANY, -1, -(1 << 40))],
    ],
)  # fmt: skip
def test_each_code(message: bytes, code: str) -> None:
    refusal = read_event(message)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert decode(messages([message]), 60_000_000, KEY)["rejected"].column("code").to_pylist() == [code]


def test_a_part_of_a_message_is_not_avro() -> None:
    for end in range(2, len(SOUND)):
        refusal = read_event(SOUND[:end])
        assert isinstance(refusal, Refusal)
        assert refusal.code == Rejection.BAD_AVRO


@pytest.mark.parametrize("size", MANY)
def test_a_declared_length_takes_no_memory(size: int) -> None:
    tracemalloc.start()
    read_event(HEAD + zigzag(size) + b"abc")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@GENEROUS
@given(st.sampled_from([as_avro(message) for message in EVENTS]), st.data())
def test_damage_is_refused_or_says_something_else(message: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(2, len(message)))
    end = data.draw(st.integers(start, len(message)))
    damaged = message[:start] + data.draw(st.binary(max_size=8)) + message[end:]
    found = read_event(damaged)
    assert isinstance(found, Refusal) or damaged == message or found != read_event(message)


@GENEROUS
@given(st.binary(max_size=300), st.sampled_from(list(avro.schemas().values())))
def test_no_bytes_can_make_it_fail(body: bytes, schema: avro.AvroSchema) -> None:
    read_event(avro.MARKER + schema.fingerprint + body)


@GENEROUS
@given(st.datetimes(timezones=st.just(UTC)))
def test_every_microsecond_comes_back(at: datetime) -> None:
    message = event(scan(), at=at)
    assert avro.json_of(as_avro(message)) == message


def test_fingerprints_are_those_of_the_specification() -> None:
    """The first of the known answers that Apache Avro ships as ``share/test/data/schema-tests.txt``."""
    whole_number = avro.AvroSchema.of({"type": "int"})
    assert struct.unpack("<Q", whole_number.fingerprint) == (8247732601305521295,)
    assert whole_number.fingerprint_hex == "7275d51a3f395c8f"


def test_each_type_and_version_has_a_schema_of_its_own() -> None:
    assert len({schema.fingerprint for schema in avro.schemas().values()}) == sum(map(len, EVENT_TYPES.values()))


def test_a_schema_nobody_published_is_unknown_until_it_is() -> None:
    definition = json.loads(json.dumps(avro.schema_of("facility.scan", 1).definition))
    definition["fields"].append({"name": "firmware", "type": "string"})
    private = avro.AvroSchema.of(definition)
    message = private.write(document(event(scan())) | {"firmware": "9.1"})
    with pytest.raises(avro.UnreadableAvro) as refused:
        avro.json_of(message)
    assert refused.value.code == Rejection.UNKNOWN_SCHEMA
    assert msgspec.json.decode(avro.json_of(message, {private.fingerprint: private}))["firmware"] == "9.1"


def test_personal_data_is_marked() -> None:
    text = schema_files()["driver.status.changed-v1.avsc"]
    fields = {field["name"]: field for field in json.loads(text)["fields"]}["payload"]["type"]["fields"]
    assert {f["name"]: f["pii"] for f in fields if "pii" in f} == {
        "driver_name": "name", "driver_phone": "phone", "driver_email": "email"
    }  # fmt: skip
