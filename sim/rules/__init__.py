"""What must hold between the values of a scenario, beyond the shape of each.

Each rule gives the places that break it, as paths from the top, with what is wrong there; ``scenario_file.py`` finds
the lines.
"""

from collections.abc import Iterator

from sim.rules.faults import broken_faults
from sim.rules.limits import broken_limits
from sim.rules.network import broken_network
from sim.rules.place import Broken, Path
from sim.scenario import Scenario

__all__ = ["Broken", "Path", "broken_rules"]


def broken_rules(scenario: Scenario) -> Iterator[Broken]:
    """Every place that breaks a rule, and what is wrong there."""
    yield from broken_limits(scenario)
    yield from broken_network(scenario.network)
    yield from broken_faults(scenario.faults, scenario.duration)
