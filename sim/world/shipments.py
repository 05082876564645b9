"""What is ordered, and the luck of each order: every random number of a shipment's life, drawn before anything happens.

Drawing up front keeps SimPy free of generators and makes a shipment's luck its own, whoever else is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.contract.events import ExceptionReason
from sim.arrays import F64, I64, Mask
from sim.rng import Randomness
from sim.scenario import Demand, Fleet, Scenario
from sim.units import US_PER_S
from sim.world.network import Network

US_PER_H = 3600 * US_PER_S
FAILURES: tuple[ExceptionReason, ...] = ("nobody_home", "address_not_found", "refused", "damaged")
_FAILURES_UP_TO = (0.70, 0.88, 0.97)
SCAN_US_MAX = 3 * US_PER_S
LEG_US_MIN = US_PER_S
"""Even next door takes a second, so that no two things happen to a parcel at once."""


@dataclass(frozen=True)
class Shipments:
    """Orders by column, in order of booking; places and people as indices. Times are microseconds since the start."""

    booked_us: I64
    promised_us: I64
    tenant: I64
    express: Mask
    origin: I64
    destination: I64
    weight_kg: F64

    def __len__(self) -> int:
        return len(self.booked_us)


@dataclass(frozen=True)
class Luck:
    """How long things take and how they turn out, a row for each shipment. Durations are in microseconds.

    Columns count scans for ``scan_us``, and attempts for all others; attempt 0 is the pick-up.
    """

    scan_us: I64
    leg_us: I64
    stop_us: I64
    return_us: I64
    fails: npt.NDArray[np.bool_]
    reason: I64


def _bookings_us(demand: Demand, duration_us: int, rng: Randomness) -> I64:
    until_us = min(demand.until.us, duration_us)
    if not demand.rate.per_hour:
        return np.zeros(0, np.int64)
    mean_us = US_PER_H / demand.rate.per_hour
    count = int(until_us / mean_us * 1.1) + 64
    while True:
        gaps = rng.exponential("shipment/booking", np.arange(count), mean_us)
        moments = np.cumsum(gaps).astype(np.int64)
        if moments[-1] >= until_us:
            return np.asarray(moments[moments < until_us], np.int64)
        count *= 2


def draw_shipments(scenario: Scenario, network: Network, rng: Randomness) -> Shipments:
    """All orders of the run."""
    demand = scenario.demand
    booked = _bookings_us(demand, scenario.duration.us, rng)
    each = np.arange(len(booked))
    weights = np.cumsum([tenant.weight for tenant in scenario.tenants])
    tenant = np.searchsorted(weights / weights[-1], rng.uniform("shipment/tenant", each), side="right")
    express = rng.uniform("shipment/express", each) < np.array([t.express.of_one for t in scenario.tenants])[tenant]
    depots = np.array(network.depots)
    origin = (rng.uniform("shipment/origin", each) * len(depots)).astype(np.int64)
    others = max(len(depots) - 1, 1)
    step = (rng.uniform("shipment/destination", each) * others).astype(np.int64) + 1
    promise = np.where(express, demand.promise_express.us, demand.promise_standard.us)
    weight = np.clip(rng.exponential("shipment/weight", each, 3.5) + 0.15, 0.15, 70.0)
    return Shipments(
        booked,
        booked + promise,
        tenant.astype(np.int64),
        express,
        depots[origin],
        depots[(origin + step) % len(depots)],
        np.round(weight, 2),
    )


def _table(rng: Randomness, purpose: str, rows: int, columns: int) -> F64:
    if not columns:
        return np.zeros((rows, 0))
    return np.stack([rng.uniform(purpose, np.arange(rows), draw) for draw in range(columns)], axis=1)


def around(mean_us: int, uniform: F64, spread: float) -> I64:
    """Durations spread evenly around a mean: ``spread`` 0.3 is plus or minus 30 %."""
    return np.asarray(mean_us * (1 + spread * (2 * uniform - 1)), np.int64)


def draw_luck(count: int, fleet: Fleet, network: Network, rng: Randomness) -> Luck:
    """The luck of ``count`` shipments."""
    attempts = fleet.max_attempts + 1
    legs_max = max((len(route) for route in network.routes.values()), default=0)
    scans = 2 * legs_max + 1 + 2 * fleet.max_attempts

    def table(purpose: str, columns: int = attempts) -> F64:
        return _table(rng, f"shipment/{purpose}", count, columns)

    return Luck(
        scan_us=((1 + 2 * table("scan", scans)) * US_PER_S).astype(np.int64),
        leg_us=np.maximum(around(fleet.leg_time.us, table("leg"), 0.3), LEG_US_MIN),
        stop_us=around(fleet.stop_time.us, table("stop"), 0.5),
        return_us=np.maximum(around(fleet.leg_time.us, table("return"), 0.3), LEG_US_MIN),
        fails=table("fails") < fleet.failed_attempt.of_one,
        reason=np.searchsorted(_FAILURES_UP_TO, table("reason"), side="right"),
    )
