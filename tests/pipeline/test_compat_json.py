"""JSON Schemas go together if the reader's accepts every message that the writer's does."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from pipeline.contract.compat.json_rules import NotComparable, breaks
from pipeline.contract.compat.rules import Rule
from pipeline.contract.json_schemas import json_schema

NUMBERS = [-1e9, *(number / 2 for number in range(-6, 7)), *range(-3, 4), 1e9]
VALUES = [None, True, "", "a", "ab", "abc", "abcd", "2026-03-02T04:00:00Z", *NUMBERS, [], {}, {"x": 1}, {"x": "a"}]

limit = st.integers(-2, 2)
number = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional=dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), limit),
)
text = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 2), "maxLength": st.integers(2, 4), "pattern": st.sampled_from(["^a", "b$"]),
        "enum": st.lists(st.sampled_from(["a", "ab", "abc"]), min_size=1, unique=True),
    },
)  # fmt: skip
nullable = st.one_of(number, text).map(lambda schema: schema | {"type": [schema["type"], "null"]})
anything = st.sampled_from([{}, {"const": 1}, {"enum": ["a", None, 1]}, {"type": "boolean"}, {"type": ["null"]}])
leaf = st.one_of(number, number, text, text, nullable, anything)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": draw(st.dictionaries(st.sampled_from("xy"), leaf)),
        "required": draw(st.lists(st.sampled_from("xy"), unique=True)),
    }
    return schema | draw(st.sampled_from([{}, {}, {"additionalProperties": False}]))


schemas = st.one_of(leaf, leaf, objects())


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """A writer's and a reader's: two that are drawn apart, or one with a keyword more or less."""
    writer = draw(schemas)
    reader = deepcopy(writer if draw(st.booleans()) else draw(schemas))  # what is drawn may be drawn again
    for word in draw(st.lists(st.sampled_from(sorted(writer)), max_size=1)) if reader == writer and writer else []:
        del reader[word]
    return writer, reader


def documents(schema: Any) -> Iterator[Any]:
    """Messages of a writer: values that pass its schema, and no fields that it does not name."""
    x, y = ([..., *VALUES] if name in names(schema) else [...] for name in "xy")
    made = [{"x": one, "y": other} for one in x for other in y]
    made = [{name: value for name, value in document.items() if value is not ...} for document in made]
    accepts = jsonschema.Draft202012Validator(schema).is_valid
    return filter(accepts, [*(value for value in VALUES if not isinstance(value, dict)), *made])


def names(schema: Any) -> set[str]:
    return {*schema.get("properties", ()), *schema.get("required", ())}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(pairs())
def test_what_goes_together_is_accepted(pair: tuple[Any, Any]) -> None:
    writer, reader = pair
    found = list(breaks(writer, reader))
    event(found[0].rule if found else "together, and differing" if writer != reader else "the same")
    assume(not found)
    accepts = jsonschema.Draft202012Validator(reader).is_valid
    assert [value for value in documents(writer) if not accepts(value)] == []


def thing(kind: Any = None, *, required: bool = True, **more: Any) -> dict[str, Any]:
    fields = {} if kind is None else {"x": kind}
    return {"type": "object", "properties": fields, "required": ["x"] if required and kind else [], **more}


NUMBER, TEXT = {"type": "number"}, {"type": "string"}
BROKEN = [
    (Rule.TYPE_CHANGED, thing(NUMBER), thing(TEXT), {"x": 1}),
    (Rule.TYPE_CHANGED, thing(NUMBER), thing({"type": "integer"}), {"x": 1.5}),
    (Rule.TYPE_CHANGED, thing({"type": ["string", "null"]}), thing(TEXT), {"x": None}),
    (Rule.FIELD_REQUIRED, thing(), thing(TEXT), {}),
    (Rule.FIELD_REQUIRED, thing(TEXT, required=False), thing(TEXT), {}),
    (Rule.CHOICES_NARROWED, thing(TEXT), thing(TEXT | {"enum": ["a"]}), {"x": "b"}),
    (Rule.CHOICES_NARROWED, thing(TEXT | {"enum": ["a", "b"]}), thing(TEXT | {"enum": ["a"]}), {"x": "b"}),
    (Rule.CHOICES_NARROWED, thing({"const": 1}), thing({"const": 2}), {"x": 1}),
    (Rule.RANGE_NARROWED, thing(NUMBER | {"minimum": 0}), thing(NUMBER | {"minimum": 1}), {"x": 0}),
    (Rule.RANGE_NARROWED, thing(NUMBER | {"minimum": 0}), thing(NUMBER | {"exclusiveMinimum": 0}), {"x": 0}),
    (Rule.RANGE_NARROWED, thing(NUMBER), thing(NUMBER | {"maximum": 5}), {"x": 6}),
    (Rule.RANGE_NARROWED, thing(NUMBER | {"maximum": 5}), thing(NUMBER | {"exclusiveMaximum": 5}), {"x": 5}),
    (Rule.RANGE_NARROWED, thing(TEXT), thing(TEXT | {"minLength": 1}), {"x": ""}),
    (Rule.RANGE_NARROWED, thing(TEXT | {"maxLength": 3}), thing(TEXT | {"maxLength": 2}), {"x": "abc"}),
    (Rule.FORM_CHANGED, thing(TEXT), thing(TEXT | {"pattern": "^a"}), {"x": "b"}),
    (Rule.CLOSED, thing(), thing(additionalProperties=False), {"y": 1}),
]
"""What breaks each rule, and nothing else, with a message that shows it."""


@pytest.mark.parametrize(("rule", "writer", "reader", "message"), BROKEN, ids=range(len(BROKEN)))
def test_what_breaks_a_rule_is_refused(rule: Rule, writer: Any, reader: Any, message: Any) -> None:
    assert [found.rule for found in breaks(writer, reader)] == [rule]
    jsonschema.validate(message, writer)
    assert not jsonschema.Draft202012Validator(reader).is_valid(message)


ONE_WAY = {Rule.FIELD_REQUIRED, Rule.RANGE_NARROWED, Rule.FORM_CHANGED, Rule.CLOSED}


@pytest.mark.parametrize(("writer", "reader"), [pair for rule, *pair, _ in BROKEN if rule in ONE_WAY])
def test_accepting_more_is_no_break(writer: Any, reader: Any) -> None:
    assert list(breaks(reader, writer)) == []


def test_a_mark_of_personal_data_must_stay() -> None:
    (found,) = breaks(thing(TEXT | {"x-pii": "name"}), thing(TEXT))
    assert (found.path, found.rule, found.writer, found.reader) == ("x", Rule.PII_CHANGED, "name", "nothing")


def test_a_finding_says_what_was_and_what_is() -> None:
    (found,) = breaks(thing(thing(NUMBER | {"maximum": 9})), thing(thing(NUMBER | {"maximum": 5})))
    assert (found.path, found.writer, found.reader) == ("x.x", "maximum 9", "maximum 5")


@pytest.mark.parametrize("unknown", [{"$ref": "#/x"}, {"oneOf": []}, {"multipleOf": 2}, {"properties": {"x": True}}])
def test_what_is_not_known_is_not_guessed(unknown: dict[str, Any]) -> None:
    with pytest.raises(NotComparable):
        list(breaks({"type": "object", "properties": {"x": {}}}, unknown))


def test_versions_differ_by_their_number_and_that_is_no_break() -> None:
    first, second = (json_schema("vehicle.telemetry", version) for version in (1, 2))
    assert first["properties"]["event_version"] != second["properties"]["event_version"]
    assert [*breaks(first, second), *breaks(second, first)] == []
