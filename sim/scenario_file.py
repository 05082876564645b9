"""Scenario files in and out: from YAML to a checked ``Scenario``, and back with every default written out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import msgspec
import yaml

from sim.errors import Mistake, ScenarioError
from sim.network_file import is_network, named_network, read_named, read_network
from sim.rules import broken_network_rules, broken_rules
from sim.scenario import Network, Scenario
from sim.scenario_shape import read_shape, told
from sim.yaml_document import read_document, write_document


def load(path: Path) -> Scenario:
    """Read a scenario. Raises ScenarioError with every mistake of shape, or else with every rule broken."""
    return _scenario(read_document(path), path)


def load_either(path: Path) -> Scenario | Network:
    """Read a scenario, or the network that is in the file instead. Raises ScenarioError as ``load`` does."""
    root = read_document(path)
    if not is_network(root):
        return _scenario(root, path)
    network, mistakes = read_network(root)
    _refuse(mistakes, path)
    assert network is not None
    return network


def resolve(scenario: Scenario) -> str:
    """The scenario as YAML with nothing left to defaults; ``load`` makes an equal scenario of it."""
    return write_document(msgspec.to_builtins(scenario, enc_hook=str))


def _scenario(root: yaml.Node, path: Path) -> Scenario:
    named = named_network(root)
    network, mistakes = read_named(named, path) if named else (None, [])
    scenario: Scenario
    scenario, own = read_shape(root, Scenario, {("network",): network} if named else {})
    if not named and not own:
        mistakes = told(root, broken_network_rules(scenario.network, ("network",)))
    if network or not (named or own):
        own = own or told(root, broken_rules(scenario))
    _refuse([*own, *mistakes], path)
    return msgspec.structs.replace(scenario, start=scenario.start.astimezone(UTC))


def _refuse(mistakes: Sequence[Mistake], path: Path) -> None:
    """In the order of lines, those of a network's own file last."""
    if mistakes:
        raise ScenarioError(str(path), sorted(mistakes, key=lambda wrong: (wrong.file is not None, wrong.line or 0)))
