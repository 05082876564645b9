"""What must hold between the values of a scenario, beyond the shape of each.

Each rule gives the places that break it, as paths from the top, with what is wrong there; ``scenario_file.py`` finds
the lines.
"""

from collections.abc import Iterator

from sim.rules.demand import broken_demand
from sim.rules.disruptions import broken_disruptions
from sim.rules.faults import broken_faults
from sim.rules.fleet import broken_fleet
from sim.rules.limits import broken_limits
from sim.rules.network import broken_network
from sim.rules.place import Broken, Path
from sim.rules.producers import broken_producers
from sim.rules.quantities import broken_quantities
from sim.scenario import Network, Scenario

__all__ = ["Broken", "Path", "broken_network_rules", "broken_rules"]


def broken_rules(scenario: Scenario) -> Iterator[Broken]:
    """Every place outside of the network that breaks a rule, and what is wrong there."""
    yield from broken_limits(scenario)
    yield from broken_demand(scenario)
    yield from broken_fleet(scenario.fleet, scenario.network.facilities)
    yield from broken_disruptions(scenario)
    yield from broken_producers(scenario)
    yield from broken_faults(scenario.faults, scenario.duration)


def broken_network_rules(network: Network, top: Path) -> Iterator[Broken]:
    """The same of the network, which stands in the scenario's file or in one of its own; ``top`` is its place there."""
    yield from broken_quantities(network, top)
    yield from broken_network(network, top)
