"""The JSON Schemas and the pipeline agree on what a message is, of the messages that the simulator really makes.

A producer who tests by the schemas alone sends nothing that is refused for its structure, and is not told to change
what would be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from summaries import generated

from backends.local.event_log import read_log
from pipeline.contract.avro import is_avro, json_of
from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.json_schemas import json_schema
from pipeline.contract.rejections import Rejection
from pipeline.stages.read_event import read_event
from pipeline.stages.strict_json import Refusal

STRUCTURE = {
    Rejection.UNKNOWN_TYPE, Rejection.UNSUPPORTED_VERSION, Rejection.MISSING_FIELD, Rejection.WRONG_TYPE,
    Rejection.OUT_OF_RANGE,
}  # fmt: skip
KINDS = [(event_type, version) for event_type, versions in EVENT_TYPES.items() for version in versions]


@cache
def validator(event_type: str, version: int) -> Any:
    return jsonschema.Draft202012Validator(json_schema(event_type, version))


def fits(document: Any) -> bool:
    """Whether a message passes the schema that it says it is of."""
    if not isinstance(document, dict):
        return False
    kind = document.get("event_type"), document.get("event_version")
    return any(kind == known and type(kind[1]) is int and validator(*known).is_valid(document) for known in KINDS)


def is_read(message: bytes) -> bool:
    found = read_event(message)
    assert not isinstance(found, Refusal) or found.code in STRUCTURE, found
    return not isinstance(found, Refusal)


@pytest.fixture(scope="module", params=["hello", "messy"])
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    made = generated(request.param, tmp_path_factory.mktemp("schemas") / request.param)
    return [value for batch in read_log(made.path / "log") for value in batch.column("value").to_pylist()]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_each_schema_is_one(kind: tuple[str, int]) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(*kind))


def test_simulated_messages_are_read_if_they_fit_and_only_then(sent: list[bytes]) -> None:
    compared = 0
    for message in sent[::5]:
        found = read_event(message)
        if isinstance(found, Refusal) and found.code not in STRUCTURE:
            continue
        document = json.loads(json_of(message) if is_avro(message) else message)
        assert fits(document) == (not isinstance(found, Refusal)), message
        compared += 1
    assert compared > len(sent) / 6


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Any]:
    """The message with the most fields, by type and version. All but one are in hello's log."""
    log = generated("hello", tmp_path_factory.mktemp("samples") / "hello").path / "log"
    documents = [json.loads(value) for batch in read_log(log) for value in batch.column("value").to_pylist()]
    documents.sort(key=lambda document: len(document["payload"]))
    found = {(document["event_type"], document["event_version"]): document for document in documents}
    later = deepcopy(found["vehicle.telemetry", 1]) | {"event_version": 2}
    later["payload"] |= {"battery_pct": 80.5, "temperature_c": -4.0}
    return {("vehicle.telemetry", 2): later} | found


def places(document: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in document.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from places(value, (*above, name))


def holder(document: Any, place: tuple[str, ...]) -> Any:
    for name in place[:-1]:
        document = document[name]
    return document


VALUES = [
    None, True, "", "x", "x" * 64, "x" * 65, "x" * 200, "x" * 201, "x" * 254, "x" * 255, "standard", "arrival",
    0, -1, 1, 5, 80, 81, 90, 91, 101, 180, 181, 301, 1000, 1001, 10_000, 10_001, 10**25, -60.5, 0.5, 1e308,
    [], {}, {"lat": 1}, {"lat": 1, "lon": 2}, {"lat": 1, "lon": "2"},
    "2026-03-02T04:00:00Z", "2026-03-02 04:00:00.123456789+0530", "2026-03-02T04:00:00", "2026-13-02T04:00:00Z",
    "2026-03-02T24:00:00Z", "2026-03-02T04:00:60Z", "0000-03-02T04:00:00Z", "2026-03-02", "20260302T040000Z",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_damaged_message_is_read_if_it_fits_and_only_then(samples: dict[tuple[str, int], Any], kind: Any) -> None:
    outcomes = set()
    for place in places(samples[kind]):
        for value in [..., *VALUES]:
            document = deepcopy(samples[kind])
            if value is ...:
                del holder(document, place)[place[-1]]
            else:
                holder(document, place)[place[-1]] = value
            outcomes.add(is_read(json.dumps(document).encode()))
            assert fits(document) == is_read(json.dumps(document).encode()), (place, value)
    assert outcomes == {True, False}


def test_unknown_fields_fit(samples: dict[tuple[str, int], Any]) -> None:
    document = deepcopy(samples["facility.scan", 1])
    document["more"] = document["payload"]["more"] = [{}]
    assert fits(document)
    assert is_read(json.dumps(document).encode())


def test_personal_data_is_marked() -> None:
    payload = json_schema("driver.status.changed", 1)["properties"]["payload"]["properties"]
    marked = {name: field["x-pii"] for name, field in payload.items() if "x-pii" in field}
    assert marked == {"driver_name": "name", "driver_phone": "phone", "driver_email": "email"}


def test_what_a_schema_cannot_tell(samples: dict[tuple[str, int], Any]) -> None:
    """As the page on the contract says: both fit, and neither is read."""
    document = deepcopy(samples["shipment.status.changed", 1])
    for change in ({"attempt": 1.0}, {"eta": "2026-02-30T04:00:00Z"}):
        changed = document | {"payload": document["payload"] | change}
        assert fits(changed)
        assert not is_read(json.dumps(changed).encode())


def test_the_folder_of_schemas_is_what_was_tested() -> None:
    folder = Path(__file__).parents[2] / "pipeline" / "contract" / "generated" / "json-schema"
    for event_type, version in KINDS:
        assert json.loads((folder / f"{event_type}-v{version}.schema.json").read_text()) == json_schema(
            event_type, version
        )
