"""A witness in Avro gives the same evidence as one in JSON; what can't be read is no strict body."""

import json
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from backends.interface import MESSAGE
from pipeline.contract.avro import AvroSchema, schema_of
from pipeline.contract.rejections import MESSAGE_BYTES_MAX
from sim.checks.log_bodies import load_bodies
from sim.checks.scratch import Scratch

AT = datetime(2026, 3, 2, tzinfo=UTC)
PAYLOAD = {"shipment_id": "S", "facility_id": "F", "scan_type": "arrival", "scanner_id": "x"}
FIELDS = {
    "event_id": "e", "event_type": "facility.scan", "event_version": 1, "event_time": AT, "producer_time": AT,
    "source": "scanner", "payload": PAYLOAD,
}  # fmt: skip


def _drifted() -> AvroSchema:
    definition = json.loads(json.dumps(schema_of("facility.scan", 1).definition))
    (payload,) = (field["type"] for field in definition["fields"] if field["name"] == "payload")
    payload["fields"].append({"name": "firmware", "type": "string"})
    return AvroSchema.of(definition)


SOUND = schema_of("facility.scan", 1).write(FIELDS)
DRIFTED = _drifted().write(FIELDS | {"payload": PAYLOAD | {"firmware": "9"}})
AS_JSON = json.dumps(FIELDS | {"event_time": "2026-03-02T00:00:00Z", "producer_time": "2026-03-02T00:00:00Z"}).encode()


def bodies(values: list[bytes], private: tuple[AvroSchema, ...] = ()) -> list[dict[str, object]]:
    rows = [
        {"partition": 0, "offset": n, "key": "k", "attributes": [], "value": value, "ingest_time": AT}
        for n, value in enumerate(values)
    ]
    planned = [
        {
            "message_id": n,
            "event_type": "facility.scan",
            "fact_row": n,
            "producer_time": AT,
            "partition": 0,
            "offset": n,
            "body": "sound",
        }
        for n in range(len(values))
    ]
    with duckdb.connect() as connection:
        scratch = Scratch(connection)
        scratch.load("messages", pa.Table.from_pylist(planned))
        scratch.load("fired", pa.table({"message_id": range(len(values))}))
        load_bodies([pa.RecordBatch.from_pylist(rows, MESSAGE)], scratch, private)
        names = "strict, body->>'$.payload.scanner_id', body->>'$.payload.firmware', body->>'$.event_time'"
        return scratch.rows(f"select {names} from bodies order by message_id")


def test_avro_and_json_give_the_same_evidence() -> None:
    told = (True, "x", None, "2026-03-02T00:00:00Z")
    assert bodies([AS_JSON, SOUND]) == [told, told]


def test_what_cannot_be_read_is_not_strict() -> None:
    nothing = (False, None, None, None)
    assert bodies([SOUND[:-1], SOUND + b"\x00", b"\xc3\x01", DRIFTED, b"{", b"\xff"]) == [nothing] * 6


def test_a_schema_that_only_its_producers_know_can_be_told() -> None:
    assert bodies([DRIFTED], (_drifted(),)) == [(True, "x", "9", "2026-03-02T00:00:00Z")]


def test_the_text_of_what_is_too_large_is_not_kept() -> None:
    spaces = b" " * MESSAGE_BYTES_MAX
    assert bodies([AS_JSON + spaces, AS_JSON]) == [(False, None, None, None), (True, "x", None, "2026-03-02T00:00:00Z")]
