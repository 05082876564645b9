"""Networks in files of their own: which file a scenario means, and what is wrong in that file, told with its name."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import yaml

from sim.errors import Mistake, ScenarioError, closest, unknown
from sim.rules import broken_network_rules
from sim.scenario import Network, Scenario
from sim.scenario_shape import read_shape, told
from sim.shipped import shipped_networks
from sim.yaml_document import keys_of, line, read_document, scalar, value_of

NetworkRead = tuple[Network | None, list[Mistake]]
"""The network, of use only if there is no mistake."""


def is_network(root: yaml.Node) -> bool:
    """Whether a document has more keys of a network than of a scenario."""
    keys = keys_of(root)
    return len(keys & set(Network.__struct_fields__)) > len(keys & set(Scenario.__struct_fields__))


def named_network(root: yaml.Node) -> yaml.ScalarNode | None:
    """What a scenario has in place of a network: the name of a shipped one, or the path of a file."""
    named = value_of(root, "network")
    return named if isinstance(named, yaml.ScalarNode) and isinstance(scalar(named), str) else None


def read_named(named: yaml.ScalarNode, scenario: Path) -> NetworkRead:
    """The network that a scenario file names; a path is one from that file's folder."""
    given = str(named.value)
    path = scenario.parent / given
    if not Path(given).suffix and os.sep not in given and not path.exists():
        if given not in shipped_networks():
            wrong = unknown("network", given, shipped_networks()) + "; or the path of a network file"
            return None, [Mistake(wrong, line(named), "network")]
        path = shipped_networks()[given]
    elif not path.exists():
        near = closest(path.name, [beside.name for beside in path.parent.glob("*.y*ml")])
        guess = f"; did you mean '{Path(given).with_name(near)}'?" if near else ""
        return None, [Mistake(f"there is no file '{given}' beside the scenario{guess}", line(named), "network")]
    return _in_file(path)


def read_network(root: yaml.Node) -> NetworkRead:
    """The network of a document that is one, with every mistake of shape, or else with every rule broken."""
    network, mistakes = read_shape(root, Network)
    return network, mistakes or told(root, broken_network_rules(network, ()))


def _in_file(path: Path) -> NetworkRead:
    try:
        network, mistakes = read_network(read_document(path))
    except ScenarioError as error:
        network, mistakes = None, list(error.mistakes)
    return network, [replace(mistake, file=str(path)) for mistake in mistakes]
