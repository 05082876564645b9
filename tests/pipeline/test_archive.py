"""Archive: the exact bytes of every message, whatever they are."""

import base64
import json
from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pipeline_messages import START, appended, messages

from backends.interface import APPENDED
from pipeline.contract.rejections import MESSAGE_BYTES_MAX
from pipeline.stages.archive import archive
from pipeline.stages.attributes import attributes_json


def test_text_stays_text_and_the_rest_is_base64() -> None:
    rows = archive(messages([b"plain", b"\xff\xfe", "ü\0".encode(), b""])).to_pylist()
    assert [row["body"] for row in rows] == ["plain", None, "ü\0", ""]
    assert [row["body_base64"] for row in rows] == [None, base64.b64encode(b"\xff\xfe").decode(), None, None]
    assert {row["ingest_date"] for row in rows} == {date(2026, 3, 2)}


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_the_bytes_can_be_had_back(values: list[bytes]) -> None:
    rows = archive(messages(values)).to_pylist()
    back = [
        row["body"].encode() if row["body_base64"] is None else base64.b64decode(row["body_base64"]) for row in rows
    ]
    assert back == values


def test_bytes_that_are_not_utf8_stand_alone_in_a_large_batch() -> None:
    values = [b"\xff" if n in (0, 200, 299) else b"%d" % n for n in range(300)]
    rows = archive(messages(values)).to_pylist()
    assert [n for n, row in enumerate(rows) if row["body"] is None] == [0, 200, 299]
    assert [row["body"] for row in rows if row["body"]] == [value.decode() for value in values if value != b"\xff"]


def test_large_messages_are_base64_so_that_their_lines_stay_readable() -> None:
    fits, large = b"\0" * MESSAGE_BYTES_MAX, b"\0" * (MESSAGE_BYTES_MAX + 1)
    assert [row["body"] is None for row in archive(messages([fits, large])).to_pylist()] == [False, True]


def test_the_claimed_type_must_be_in_the_contract() -> None:
    assert archive(messages([b""], event_type="facility.scan"))["event_type"].to_pylist() == ["facility.scan"]
    assert archive(messages([b""], event_type="../etc"))["event_type"].to_pylist() == ["unknown"]
    assert archive(messages([b""]))["event_type"].to_pylist() == ["unknown"]


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4), min_size=1, max_size=5), st.data()
)
def test_attributes_are_json_in_alphabetical_order(attributes: list[dict[str, str]], data: st.DataObject) -> None:
    rows = [{"key": "", "attributes": list(each.items()), "value": b"", "ingest_time": START} for each in attributes]
    batch = pa.RecordBatch.from_pylist(rows, APPENDED)
    start = data.draw(st.integers(0, len(attributes)))
    texts = attributes_json(batch.slice(start)).to_pylist()
    assert [json.loads(text) for text in texts] == attributes[start:]
    assert all(list(json.loads(text)) == sorted(json.loads(text)) for text in texts)


def test_a_slice_of_a_log_is_archived_like_the_whole() -> None:
    whole = messages([b"a", b"\xff", b"c"])
    assert archive(whole).slice(1).to_pylist() == archive(whole.slice(1)).to_pylist()
    assert appended([b"a"]).num_rows == 1
