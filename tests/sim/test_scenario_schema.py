"""The JSON Schemas agree with the loader, and the copies beside the scenarios and networks are current."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import scenarios
from sim.scenario_schema import network_schema, scenario_schema
from sim.shipped import TEMPLATE, shipped_networks, shipped_scenarios
from sim.yaml_document import Loader

SCHEMA = json.loads(scenario_schema())
NETWORK = json.loads(network_schema())
FILES = [*shipped_scenarios().values(), TEMPLATE]


def content(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


def complaints(document: Any, schema: Any = SCHEMA) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("schema", [SCHEMA, NETWORK], ids=["scenario", "network"])
def test_the_schema_is_one(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_keep_to_the_schema_and_point_to_it(path: Path) -> None:
    assert complaints(content(path)) == []
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=scenario.schema.json"


@pytest.mark.parametrize("path", shipped_networks().values(), ids=lambda path: path.stem)
def test_shipped_networks_keep_to_theirs_and_point_to_it(path: Path) -> None:
    assert complaints(content(path), NETWORK) == []
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=network.schema.json"


def test_a_network_is_written_or_named() -> None:
    hello = content(shipped_scenarios()["hello"])
    assert complaints(hello | {"network": "city"}) == []
    assert complaints(hello | {"network": {}}) != []
    assert complaints(hello["network"] | {"lanes": []}, NETWORK) != []


def test_a_distribution_is_written_or_one_value() -> None:
    hello = content(shipped_scenarios()["hello"])
    for value in (
        "90 s",
        {"kind": "gamma", "mean": "3 min", "shape": 6},
        {"kind": "quantiles", "at": {"0%": "1 s", "100%": "9 s"}},
    ):
        assert complaints(hello | {"fleet": {"stop_time": value}}) == []
    for wrong in ("90", "2 kg", {"kind": "gamma", "mean": "3 min"}, {"kind": "gama", "mean": "3 min", "shape": 6}):
        assert complaints(hello | {"fleet": {"stop_time": wrong}}) != []


@pytest.mark.parametrize(
    ("key", "value"),
    [("duration", "12 hours"), ("seed", -1), ("fautls", []), ("faults", [{"kind": "dely"}]), ("tenants", [])],
)
def test_the_schema_refuses_what_the_loader_refuses(key: str, value: object) -> None:
    assert complaints(content(shipped_scenarios()["hello"]) | {key: value}) != []


def test_the_copy_beside_the_scenarios_is_current() -> None:
    copy = Path(scenarios.__path__[0]) / "scenario.schema.json"
    assert copy.read_text(encoding="utf-8") == scenario_schema(), "run: sim schema > scenarios/scenario.schema.json"
    copy = Path(scenarios.__path__[0]) / "networks" / "network.schema.json"
    wanted = "run: sim schema network > scenarios/networks/network.schema.json"
    assert copy.read_text(encoding="utf-8") == network_schema(), wanted


def test_quantities_say_what_is_allowed() -> None:
    rate = SCHEMA["$defs"]["Demand"]["properties"]["rate"]
    assert rate["description"] == "a rate such as 2/s, 30/min, 120/h or 500/d"
    assert rate["examples"]


def test_defaults_stand_in_the_schema() -> None:
    fleet = SCHEMA["$defs"]["Fleet"]["properties"]
    assert (fleet["vans_per_depot"]["default"], fleet["shift_starts"]["default"]) == (4, ["07:00", "13:00"])
