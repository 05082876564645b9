"""The JSON Schema agrees with the loader, and the copy beside the scenarios is current."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import scenarios
from sim.scenario_schema import scenario_schema
from sim.shipped import TEMPLATE, shipped_scenarios
from sim.yaml_document import Loader

SCHEMA = json.loads(scenario_schema())
FILES = [*shipped_scenarios().values(), TEMPLATE]


def content(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


def complaints(document: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_keep_to_the_schema_and_point_to_it(path: Path) -> None:
    assert complaints(content(path)) == []
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=scenario.schema.json"


@pytest.mark.parametrize(
    ("key", "value"),
    [("duration", "12 hours"), ("seed", -1), ("fautls", []), ("faults", [{"kind": "dely"}]), ("tenants", [])],
)
def test_the_schema_refuses_what_the_loader_refuses(key: str, value: object) -> None:
    assert complaints(content(shipped_scenarios()["hello"]) | {key: value}) != []


def test_the_copy_beside_the_scenarios_is_current() -> None:
    copy = Path(scenarios.__path__[0]) / "scenario.schema.json"
    assert copy.read_text(encoding="utf-8") == scenario_schema(), "run: sim schema > scenarios/scenario.schema.json"


def test_quantities_say_what_is_allowed() -> None:
    rate = SCHEMA["$defs"]["Demand"]["properties"]["rate"]
    assert rate["description"] == "a rate such as 2/s, 30/min, 120/h or 500/d"
    assert rate["examples"]


def test_defaults_stand_in_the_schema() -> None:
    fleet = SCHEMA["$defs"]["Fleet"]["properties"]
    assert (fleet["vans_per_depot"]["default"], fleet["shift_starts"]["default"]) == (4, ["07:00", "13:00"])
