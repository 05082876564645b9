"""Scenario files in and out: from YAML to a checked ``Scenario``, and back with every default written out."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import msgspec

from sim.errors import Mistake, ScenarioError
from sim.rules import broken_rules
from sim.rules.place import dotted
from sim.scenario import Scenario
from sim.scenario_shape import line_of, read_shape
from sim.yaml_document import read_document, write_document


def load(path: Path) -> Scenario:
    """Read a scenario. Raises ScenarioError with every mistake of shape, or else with every rule broken."""
    root = read_document(path)
    scenario: Scenario
    scenario, mistakes = read_shape(root, Scenario)
    if not mistakes:
        mistakes = [Mistake(message, line_of(root, where), dotted(where)) for where, message in broken_rules(scenario)]
    if mistakes:
        raise ScenarioError(str(path), sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return msgspec.structs.replace(scenario, start=scenario.start.astimezone(UTC))


def resolve(scenario: Scenario) -> str:
    """The scenario as YAML with nothing left to defaults; ``load`` makes an equal scenario of it."""
    return write_document(msgspec.to_builtins(scenario, enc_hook=str))
