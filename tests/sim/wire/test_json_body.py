"""Columns give the same bytes as msgspec gives for each object."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.contract.columns import payload_leaves, payload_type
from pipeline.contract.events import EVENT_TYPES, Envelope, Geo
from sim.wire.envelopes import Envelopes
from sim.wire.json_body import envelope_json, payload_json
from sim.wire.texts import one_array, reals, strings, times, whole_numbers

GENEROUS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS = [(event_type, version) for event_type, versions in EVENT_TYPES.items() for version in versions]
HOSTILE = ['"', "\\", "\x00", "\x1f\x7f", "\u2028", "é漢𝄞", "'};--", "\b\f\n\r\t/", ""]
START_2000 = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

texts = st.sampled_from(HOSTILE) | st.text(max_size=12) | st.text("abc-1", max_size=8)
numbers = (
    st.sampled_from([0.0, -0.0, 1e-7, 1e-5, 9.9e-6, 1e10, 1e15, 1e16, 1e17, -1e16, 5e-324, 1.7e308, 123456789012.0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-9000, 9000).map(lambda n: n / 10)
    | st.integers(-18_000_000, 18_000_000).map(lambda n: n / 1e5)
)
moments = st.builds(
    lambda whole, at: at.replace(microsecond=0) if whole else at,
    st.booleans(),
    st.integers(0, 101 * 365 * 86_400 * 1_000_000).map(lambda us: START_2000 + timedelta(microseconds=us)),
)


def values(kind: pa.DataType) -> st.SearchStrategy[object]:
    if pa.types.is_string(kind):
        return texts
    if pa.types.is_timestamp(kind):
        return moments
    return st.integers(-(2**63), 2**63 - 1) if pa.types.is_integer(kind) else numbers


def fact(event_type: str, version: int) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {
            leaf.column: st.none() | values(leaf.arrow_type) if leaf.nullable else values(leaf.arrow_type)
            for leaf in payload_leaves(event_type, version)
        }
    )


def table(event_type: str, version: int, facts: list[dict[str, object]]) -> pa.Table:
    leaves = payload_leaves(event_type, version)
    return pa.Table.from_pylist(facts, pa.schema([(leaf.column, leaf.arrow_type) for leaf in leaves]))


def object_by_object(event_type: str, version: int, facts: list[dict[str, object]]) -> list[bytes]:
    made = []
    for row in facts:
        fields = {name: value for name, value in row.items() if not name.startswith("geo_")}
        if "geo_lat" in row:
            fields["geo"] = Geo(row["geo_lat"], row["geo_lon"])
        made.append(msgspec.json.encode(payload_type(event_type, version)(**fields)))
    return made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
@GENEROUS
@given(data=st.data(), encoded=st.booleans(), chunked=st.booleans())
def test_payloads_are_what_msgspec_makes_of_the_structs(kind, data, encoded, chunked) -> None:
    facts = data.draw(st.lists(fact(*kind), max_size=6))
    given_table = table(*kind, facts)
    if encoded:
        columns = [one_array(c).dictionary_encode() if c.type == pa.string() else c for c in given_table.columns]
        given_table = pa.table(columns, given_table.column_names)
    if chunked:
        given_table = pa.concat_tables([given_table[:1], given_table[1:]])
    assert payload_json(*kind, given_table).cast(pa.binary()).to_pylist() == object_by_object(*kind, facts)


envelopes = st.fixed_dictionaries(
    {
        "event_id": texts,
        "event_time": moments,
        "producer_time": moments,
        "source": texts,
        "trace_id": st.none() | texts,
        "tenant_id": st.none() | texts,
        "payload": st.sampled_from([b"{}", '{"a":"é"}'.encode(), b'{"a":"\xff"}']),
    }
)


def microseconds(moments: list[datetime]) -> np.ndarray:
    return np.array([(moment - EPOCH) // timedelta(microseconds=1) for moment in moments], dtype=np.int64)


@GENEROUS
@given(st.lists(envelopes, max_size=6), st.booleans())
def test_messages_are_what_msgspec_makes_of_the_envelopes(rows, encoded) -> None:
    names = ("event_id", "source", "trace_id", "tenant_id")
    arrays = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    if encoded:
        arrays["source"] = arrays["source"].dictionary_encode()
    columns = Envelopes(
        event_time=microseconds([row["event_time"] for row in rows]),
        producer_time=microseconds([row["producer_time"] for row in rows]),
        payload=pa.array([row["payload"] for row in rows], pa.binary()),
        **arrays,
    )
    made = envelope_json("driver.location", 1, columns)
    assert made.type == pa.binary()
    expected = [
        Envelope(
            **(row | {"event_type": "driver.location", "event_version": 1, "payload": msgspec.Raw(row["payload"])})
        )
        for row in rows
    ]
    assert made.to_pylist() == [msgspec.json.encode(envelope) for envelope in expected]


@GENEROUS
@given(st.lists(st.none() | numbers), st.sampled_from([1, 10, 100, 1e5]))
def test_numbers_are_printed_as_msgspec_prints_them(given_numbers, steps) -> None:
    column = [None if n is None else np.round(n % 1000 * steps) / steps if n % 2 < 1 else n for n in given_numbers]
    assert reals(pa.array(column, pa.float64())).to_pylist() == [
        None if n is None else msgspec.json.encode(float(n)).decode() for n in column
    ]


@pytest.mark.parametrize("steps", [1, 10, 100, 1000])
def test_readings_in_steps_are_looked_up_and_the_same(steps) -> None:
    column = np.arange(-3000, 3000) / steps
    assert reals(pa.array(column)).to_pylist() == [msgspec.json.encode(n).decode() for n in column.tolist()]


def test_a_negative_zero_among_readings_keeps_its_sign() -> None:
    assert reals(pa.array([0.5, -0.0, 0.0])).to_pylist() == ["0.5", "-0.0", "0.0"]
    assert reals(pa.array([0.5] * 100 + [-0.0])).to_pylist()[-1] == "-0.0"


def test_what_is_no_number_is_null_as_in_msgspec() -> None:
    assert reals(pa.array([float("nan"), float("inf"), 1.0])).to_pylist() == ["null", "null", "1.0"]


def test_a_slice_of_text_is_looked_at_alone() -> None:
    whole = pa.array(['a"b', "plain", "x\ny", None])
    assert strings(whole[1:2]).to_pylist() == ["plain"]
    assert strings(whole[1:]).to_pylist() == ["plain", "x\\ny", None]
    assert strings(whole[:1]).to_pylist() == ['a\\"b']
    assert strings(pa.array(["plain", 'a"b'])[1:]).to_pylist() == ['a\\"b']


def test_a_dictionary_may_be_longer_than_its_column_and_hold_null() -> None:
    values = pa.array(["plain", 'a"b', None, "x", "y", "z", "\n"])
    for rows in ([0, 3], [1, None], [6, 2, 0, 0, 5, 4, 4, 3, 1]):
        coded = pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32()), values)
        texts = [None if row is None else values[row].as_py() for row in rows]
        escaped = [None if text is None else msgspec.json.encode(text)[1:-1].decode() for text in texts]
        assert strings(coded).to_pylist() == escaped


def test_times_lose_a_fraction_of_zero() -> None:
    at = np.array([0, 1, 1_000_000, -1, 4_102_444_800_000_000])
    assert times(at).to_pylist() == [
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000001Z",
        "1970-01-01T00:00:01Z",
        "1969-12-31T23:59:59.999999Z",
        "2100-01-01T00:00:00Z",
    ]
    assert times(at[:1]).to_pylist() == ["1970-01-01T00:00:00Z"]
    assert times(at[1:2]).to_pylist() == ["1970-01-01T00:00:00.000001Z"]


def test_no_rows_are_no_texts() -> None:
    none = pa.array([], pa.string())
    assert len(times(np.array([], np.int64))) == len(strings(none)) == len(reals(pa.array([], pa.float64()))) == 0
    assert len(whole_numbers(pa.array([], pa.int64()))) == 0


def test_a_fact_without_a_required_value_is_an_error() -> None:
    facts = table("facility.scan", 1, [{"shipment_id": "S", "facility_id": None, "scan_type": "x", "scanner_id": "y"}])
    with pytest.raises(ValueError, match="facility_id: 1 rows have no value"):
        payload_json("facility.scan", 1, facts)


def test_optional_text_in_a_dictionary_is_left_out_where_null() -> None:
    eta = table("shipment.eta.updated", 1, [{"shipment_id": "S", "eta": EPOCH}] * 2)
    assert pc.utf8_length(payload_json("shipment.eta.updated", 1, eta)).to_pylist() == [48, 48]
