"""The cast: all that is settled before time runs. Every process builds the same one from a scenario alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from sim.arrays import F64, I64
from sim.rng import Randomness
from sim.scenario import Facility, Scenario
from sim.world.crew import Crew, draw_crew
from sim.world.identities import People, drivers, recipients
from sim.world.network import Network, build_network
from sim.world.rates import usual_orders

RECIPIENTS_MAX = 5000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """What the kernel and the workers know of a run. Facilities, drivers, vans and people by index."""

    scenario: Scenario
    rng: Randomness
    start_us: int
    """When the run begins, in microseconds since 1970."""
    network: Network
    crew: Crew
    drivers: People
    """By driver."""
    recipients: People
    lat: F64
    """Of each facility, in degrees."""
    lon: F64
    first_scanner: I64
    """Of each facility, which has as many as docks; scanners are numbered over all facilities."""
    first_locker: I64
    """Of each facility, in ``lockers``."""
    locker_counts: I64
    """Of each facility: how many lockers a depot fills."""
    lockers: I64
    """Facilities that are lockers, depot after depot."""


def _lockers(facilities: tuple[Facility, ...]) -> tuple[I64, I64, I64]:
    filled = [
        [k for k, box in enumerate(facilities) if box.kind == "locker" and box.depot == depot.id]
        for depot in facilities
    ]
    counts = np.array([len(boxes) for boxes in filled], np.int64)
    return np.cumsum(counts) - counts, counts, np.array([k for boxes in filled for k in boxes], np.int64)


def build_cast(scenario: Scenario) -> Cast:
    """Settle what can be settled before time runs. The scenario must be consistent, as ``scenario_file`` leaves it."""
    rng, network = Randomness(scenario.seed), build_network(scenario)
    facilities = network.facilities
    crew = draw_crew(scenario, network, rng)
    docks = np.array([facility.docks for facility in facilities], np.int64)
    return Cast(
        scenario,
        rng,
        (scenario.start - _EPOCH) // timedelta(microseconds=1),
        network,
        crew,
        drivers(rng, len(crew.driver_ids)),
        recipients(rng, min(max(usual_orders(scenario), 1), RECIPIENTS_MAX)),
        np.array([facility.lat for facility in facilities]),
        np.array([facility.lon for facility in facilities]),
        np.cumsum(docks) - docks,
        *_lockers(facilities),
    )
