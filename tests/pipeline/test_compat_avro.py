"""Avro schemas go together exactly where a real reader, fastavro's, reads what the writer wrote."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import fastavro
import pytest
from avro_pairs import PRIMITIVES, Pair, pairs, values
from fastavro.schema import parse_schema
from hypothesis import HealthCheck, event, given, settings

from pipeline.contract.compat.avro_rules import breaks
from pipeline.contract.compat.rules import Rule


def read(pair: Pair, value: Any) -> Any:
    """What a reader makes of a value that was written."""
    written = BytesIO()
    fastavro.schemaless_writer(written, parse_schema(pair.writer, {}), value)
    written.seek(0)
    return fastavro.schemaless_reader(written, parse_schema(pair.writer, {}), parse_schema(pair.reader, {}))


def is_readable(pair: Pair, value: Any) -> bool:
    try:
        found = read(pair, value)
    except (fastavro.read.SchemaResolutionError, ValueError, KeyError):
        return False
    return bool(fastavro.validate(found, parse_schema(pair.reader, {}), raise_errors=False))


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(pairs())
def test_a_pair_goes_together_if_all_its_data_is_read_and_only_then(pair: Pair) -> None:
    found = list(breaks(*pair))
    event(found[0].rule if found else "together")
    assert all(is_readable(pair, value) for value in values(pair.writer)) == (not found)


@pytest.mark.parametrize("reader", PRIMITIVES)
@pytest.mark.parametrize("writer", PRIMITIVES)
def test_every_primitive_type_against_every_other(writer: str, reader: str) -> None:
    for pair in (Pair(writer, reader), Pair(writer, [reader]), Pair([writer], reader)):
        assert all(is_readable(pair, value) for value in values(pair.writer)) == (not list(breaks(*pair)))


def record(*fields: dict[str, Any], name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name: str = "x", kind: Any = "int", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def fixed(size: int) -> dict[str, Any]:
    return {"type": "fixed", "name": "F", "size": size}


MICROS = {"type": "long", "logicalType": "timestamp-micros"}
BROKEN = {
    Rule.NAME_CHANGED: (Pair(record(field()), record(field(), name="S")), {"x": 1}),
    Rule.TYPE_CHANGED: (Pair("string", "long"), "a"),
    Rule.FIELD_REQUIRED: (Pair(record(), record(field())), {}),
    Rule.SYMBOL_REMOVED: (Pair(enum("A", "B"), enum("A")), "B"),
    Rule.BRANCH_REMOVED: (Pair(["null", "int"], "int"), None),
    Rule.SIZE_CHANGED: (Pair(fixed(1), fixed(2)), b"x"),
    Rule.UNIT_CHANGED: (Pair(MICROS, "long"), 1),
}  # fmt: skip
"""A pair that breaks each rule, and nothing else, with data that shows it."""


@pytest.mark.parametrize("rule", BROKEN)
def test_what_breaks_a_rule_is_not_read(rule: Rule) -> None:
    pair, value = BROKEN[rule]
    assert [found.rule for found in breaks(*pair)] == [rule]
    assert not is_readable(pair, value)


def test_a_mark_of_personal_data_must_stay() -> None:
    """Any reader reads it, and writes into the clean tables what must not be there."""
    (found,) = breaks(record(field(kind="string", pii="name")), record(field(kind="string")))
    assert (found.path, found.rule, found.writer, found.reader) == ("x", Rule.PII_CHANGED, "name", "nothing")


TOGETHER = [
    (Pair(record(field()), record(field(), field("y", default=7))), {"x": 1}, {"x": 1, "y": 7}),
    (Pair(record(field(), field("y")), record(field())), {"x": 1, "y": 2}, {"x": 1}),
    (Pair(record(field()), record(field("z", aliases=["x"]), name="S", aliases=["R"])), {"x": 1}, {"z": 1}),
    (Pair(record(field(), namespace="n"), record(field(), namespace="m")), {"x": 1}, {"x": 1}),
    (Pair(enum("A", "B"), enum("A", default="A")), "B", "A"),
    (Pair("int", ["null", "int"]), 1, 1),
    (Pair(["int", "string"], ["string", "double"]), 1, 1.0),
    (Pair("string", "bytes"), "a", b"a"),
]


@pytest.mark.parametrize(("pair", "value", "expected"), TOGETHER, ids=range(len(TOGETHER)))
def test_what_goes_together_is_read(pair: Pair, value: Any, expected: Any) -> None:
    assert list(breaks(*pair)) == []
    assert read(pair, value) == expected


def linked(*more: dict[str, Any]) -> dict[str, Any]:
    return record(field(), field("next", ["null", "R"]), *more)


def test_a_record_may_hold_itself() -> None:
    chain = {"x": 1, "next": {"x": 2, "next": None}}
    assert list(breaks(linked(), linked(field("y", default=3)))) == []
    assert read(Pair(linked(), linked(field("y", default=3))), chain)["next"]["y"] == 3
    assert [found.path for found in breaks(linked(), linked(field("y")))] == ["y"]


def test_a_finding_names_the_field_however_deep_it_lies() -> None:
    def within(kind: Any) -> Any:
        return record(field("a", {"type": "array", "items": record(field("b", ["null", kind]), name="I")}))

    (found,) = breaks(within("long"), within("string"))
    assert (found.path, found.rule) == ("a[].b", Rule.BRANCH_REMOVED)
    assert (found.writer, found.reader) == ("long", "null or string")
