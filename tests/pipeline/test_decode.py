"""Decode: every message becomes a valid event or a rejected row, and nothing it holds can make it fail."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline_messages import KEY, START, created, driver, event, messages, status, telemetry

from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX, Rejection
from pipeline.stages.decode import decode
from pipeline.stages.read_event import schema_hash

TOLERANCE_US = 60 * 1_000_000
CORPORA = Path(__file__).parents[1] / "corpora"
BAD_TEXT = {Rejection.BAD_JSON, Rejection.BAD_ENCODING, Rejection.TOO_DEEP}


def one(value: bytes, **attributes: str) -> tuple[str, dict[str, object]]:
    made = decode(messages([value], **attributes), TOLERANCE_US, KEY)
    (output,) = (name for name, rows in made.items() if rows.num_rows)
    return output, made[output].to_pylist()[0]


def code(value: bytes) -> str:
    output, row = one(value)
    assert output == "rejected"
    return str(row["code"])


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(event(status())) | fields).encode()


def changed_payload(**fields: object) -> bytes:
    document = json.loads(event(status()))
    document["payload"] |= fields
    return json.dumps(document).encode()


def without(*path: str) -> bytes:
    document = holder = json.loads(event(status()))
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return json.dumps(document).encode()


def test_a_valid_event_has_all_its_columns() -> None:
    value = event(status("S9", "exception", reason="refused", attempt=2, eta=START), "e9", trace_id="t")
    output, row = one(value)
    assert output == "valid"
    expected = {
        "event_id": "e9",
        "event_type": "shipment.status.changed",
        "event_version": 1,
        "event_time": START,
        "source": "driver_app",
        "trace_id": "t",
        "tenant_id": "acme",
        "shipment_id": "S9",
        "facility_id": "MITTE",
        "status": "exception",
        "geo_lat": 52.52,
        "eta": START,
        "reason": "refused",
        "attempt": 2,
        "dedupe_key": f"acme:S9:exception:{round(START.timestamp() * 1e6)}",
        "schema_hash": hashlib.sha256(b"shipment.status.changed/1").hexdigest()[:16],
        "body_bytes": len(value),
        "log_offset": 0,
    }
    assert {name: row[name] for name in expected} == expected
    assert json.loads(str(row["payload"])) == json.loads(value)["payload"]


def test_other_types_are_keyed_by_tenant_source_and_id() -> None:
    _, row = one(event(telemetry(), "e7"))
    assert row["dedupe_key"] == "acme:driver_app:e7"
    assert one(event(telemetry(), "e7", tenant_id=None))[1]["dedupe_key"] == ":driver_app:e7"
    assert row["status_hash"] is None
    assert row["shipment_id"] is None


def test_another_form_of_the_same_event_reads_the_same() -> None:
    canonical = event(created(), "e1")
    _, row = one(canonical)
    _, spaced = one(json.dumps(json.loads(canonical), indent=1).encode())
    differing = {name for name in row if row[name] != spaced[name]}
    assert differing == {"body_bytes", "content_hash"}


def test_unknown_payload_fields_show_in_the_hash_and_nowhere_else() -> None:
    document = json.loads(event(status()))
    document["payload"]["zone"] = "Ada Lovelace"
    document["payload"]["geo"]["alt"] = 3
    output, row = one(json.dumps(document).encode())
    assert output == "valid"
    assert row["schema_hash"] == schema_hash("shipment.status.changed", 1, ["geo.alt", "zone"])
    assert row["schema_hash"] == hashlib.sha256(b"shipment.status.changed/1+geo.alt+zone").hexdigest()[:16]
    assert "Ada" not in str(row)


def test_the_content_hash_is_over_the_body_and_not_over_the_sending() -> None:
    _, row = one(event(status(), "e1"))
    later = START + timedelta(seconds=1)
    for same in (event(status(), "e2"), event(status(), producer_time=later), event(status(), trace_id="t")):
        assert one(same)[1]["content_hash"] == row["content_hash"]
    for other in (event(status("S2")), event(status(), at=later, producer_time=START)):
        assert one(other)[1]["content_hash"] != row["content_hash"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"[" * (MESSAGE_BYTES_MAX + 1), "too_large"),
        (b'{"a":"\xff"}', "bad_encoding"),
        (event(status()).decode().encode("utf-16"), "bad_encoding"),
        (b"\xed\xa0\x80", "bad_encoding"),
        (b"", "bad_json"),
        (b"\xef\xbb\xbf" + event(status()), "bad_json"),
        (event(status())[:-1], "bad_json"),
        (event(status()) + b"x", "bad_json"),
        (event(status()).replace(b'"S1"', b'"\\ud800"'), "bad_json"),
        (event(status()).replace(b'"geo"', b'"x":"\\udc00\\ud800","geo"'), "bad_json"),
        (event(status()).replace(b"52.52", b"NaN"), "bad_json"),
        (event(status()).replace(b'"geo"', b'"x":-Infinity,"geo"'), "bad_json"),
        (event(status()).replace(b'"geo"', b'"geo":1,"geo"'), "bad_json"),
        (event(status()).replace(b'"event_id"', b'"event_id":"x","event_id"'), "bad_json"),
        (event(status()).replace(b'"geo"', b'"x":{"y":1,"y":1},"geo"'), "bad_json"),
        (b"[" * 100 + b"]" * 100, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 50_000, "too_deep"),
        (b"[" * 100, "bad_json"),
        (changed_payload(x=json.loads("[" * DEPTH_MAX + "]" * DEPTH_MAX)), "too_deep"),
        (b"[]", "wrong_type"),
        (b"null", "wrong_type"),
        (b"{}", "missing_field"),
        (without("tenant_id", ), "valid"),
        (without("source"), "missing_field"),
        (without("payload", "geo", "lat"), "missing_field"),
        (changed(event_id=7), "wrong_type"),
        (changed(event_time="yesterday"), "wrong_type"),
        (changed(event_time="2026-03-02T04:00:00"), "wrong_type"),
        (changed(event_version="1"), "wrong_type"),
        (changed(payload=None), "wrong_type"),
        (changed(payload=[]), "wrong_type"),
        (changed(event_id=""), "out_of_range"),
        (changed(event_id="x" * 65), "out_of_range"),
        (changed(event_version=0), "out_of_range"),
        (changed(event_time="0001-01-01T00:00:00+23:59"), "out_of_range"),
        (changed(producer_time="9999-12-31T23:59:59-23:59"), "out_of_range"),
        (changed(event_type="no.such"), "unknown_type"),
        (changed(event_version=9), "unsupported_version"),
        (changed_payload(status="lost"), "out_of_range"),
        (changed_payload(geo={"lat": 91, "lon": 0}), "out_of_range"),
        (changed_payload(geo={"lat": "52", "lon": 0}), "wrong_type"),
        (changed_payload(attempt=10**400), "out_of_range"),
        (event(status()).replace(b"52.52", b"1e999"), "out_of_range"),
        (event(status()).replace(b'"geo"', b'"x":1e999,"geo"'), "valid"),
        (event(status()).replace(b'"geo"', b'"x":' + b"9" * 5000 + b',"geo"'), "valid"),
        (event(status()).replace(b'"geo"', b'"x":"[[[[\\\\ud800","geo"'), "valid"),
        (event(status(), at=START + timedelta(minutes=2, microseconds=1)), "event_from_future"),
        (event(status(), at=START + timedelta(minutes=2)), "valid"),
        (event(status(), at=START - timedelta(days=40_000)), "valid"),
    ],
)  # fmt: skip
def test_each_code(value: bytes, expected: str) -> None:
    output, row = one(value)
    assert row.get("code", output) == expected


def test_a_missing_field_comes_before_a_wrong_one() -> None:
    document = json.loads(without("source")) | {"event_id": 7}
    assert code(json.dumps(document).encode()) == "missing_field"


def test_reasons_name_the_place_and_never_the_value() -> None:
    document = json.loads(event(created()))
    document["payload"]["service_level"] = "Ada Lovelace"
    _, row = one(json.dumps(document).encode())
    assert row["reason"] == "payload.service_level: must be one of express, standard"
    document["payload"] |= {"service_level": "express", "recipient_name": ["Ada"], "weight_kg": 12345.678}
    _, row = one(json.dumps(document).encode())
    assert "Ada" not in str(row["reason"])
    assert "12345" not in str(row["reason"])
    assert str(row["reason"]).startswith("payload.")


def test_rejected_rows_go_by_the_attributes() -> None:
    _, row = one(b"\xff", event_type="facility.scan", tenant_id="b")
    assert (row["event_type"], row["tenant_id"]) == ("facility.scan", "b")
    assert row["body_bytes"] == 1
    assert one(b"\xff", event_type="no.such")[1]["event_type"] == "unknown"
    assert one(b"\xff")[1]["event_type"] == "unknown"


def test_fractions_of_seconds_stay_canonical() -> None:
    at = START + timedelta(microseconds=500_000)
    assert b"04:00:00.500000Z" in event(status(), at=at)
    assert one(event(status(), at=at))[1]["event_time"] == at


def corpus() -> list[Path]:
    return sorted((CORPORA / "json-test-suite" / "test_parsing").glob("*.json"))


REPEATED_NAMES = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
"""RFC 8259 leaves repeated names open; the contract refuses them."""


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_json_corpus(path: Path) -> None:
    found = code(path.read_bytes())
    if path.name.startswith("y_") and path.name not in REPEATED_NAMES:
        assert found not in BAD_TEXT
    if path.name.startswith("n_"):
        assert found in BAD_TEXT


def test_rows_come_out_in_the_order_of_the_log() -> None:
    future = event(status(), at=START + timedelta(days=1))
    made = decode(messages([b"{", future, event(status()), b"}", future]), TOLERANCE_US, KEY)
    assert made["rejected"].column("log_offset").to_pylist() == [0, 1, 3, 4]
    assert made["valid"].column("log_offset").to_pylist() == [2]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = [*json.loads(event(status())), *json.loads(event(status()))["payload"]]


GENEROUS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@GENEROUS
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_can_make_it_fail(values: list[bytes]) -> None:
    made = decode(messages(values), TOLERANCE_US, KEY)
    assert sum(rows.num_rows for rows in made.values()) == len(values)


@GENEROUS
@given(st.sampled_from([event(status()), event(created()), event(driver())]), st.data())
def test_no_damage_can_make_it_fail(value: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, len(value)))
    damaged = value[:start] + data.draw(st.binary(max_size=8)) + value[end:]
    one(damaged)


@GENEROUS
@given(st.dictionaries(st.sampled_from(names), json_values, max_size=3), st.booleans())
def test_no_value_of_a_field_can_make_it_fail(fields: dict[str, object], inside: bool) -> None:
    document = json.loads(event(status()))
    (document["payload"] if inside else document).update(fields)
    one(json.dumps(document).encode())


@GENEROUS
@given(st.text(max_size=64))
def test_any_text_survives(text: str) -> None:
    value = msgspec.json.encode(json.loads(event(driver())) | {"x": text})
    output, _ = one(value)
    assert output == "valid"


def test_an_empty_batch_gives_empty_outputs() -> None:
    made = decode(messages([]), TOLERANCE_US, KEY)
    assert {name: rows.num_rows for name, rows in made.items()} == {"valid": 0, "rejected": 0}
    assert all(isinstance(rows, pa.RecordBatch) for rows in made.values())
