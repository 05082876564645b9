"""How many orders each tenant places, moment by moment: the integrated rate that bookings invert.

Rates are constant between edges: wherever a wall clock's hour, a peak or a surge begins or ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sim.arrays import F64, I64
from sim.scenario import Peak, Scenario
from sim.scenario_parts.disruptions import DemandSurge
from sim.units import US_PER_S

US_PER_H = 3600 * US_PER_S
_QUARTER_US = US_PER_H // 4
"""All clocks of today differ from UTC by whole quarters of an hour, so that no local hour begins between two."""


@dataclass(frozen=True)
class Rates:
    """``expected[tenant, k]`` orders between ``edges_us[k]`` and the next edge, in microseconds since the start."""

    edges_us: I64
    expected: F64

    def total(self, tenant: int) -> float:
        """The orders expected of a tenant between the first edge and the last."""
        return float(np.cumsum(self.expected[tenant])[-1]) if self.expected.shape[1] else 0.0

    def moments_us(self, tenant: int, count: F64) -> I64:
        """When so many orders of a tenant are expected to have been placed; ``count`` is below ``total``."""
        if not len(count):
            return np.zeros(0, np.int64)
        done = np.append(0.0, np.cumsum(self.expected[tenant]))
        piece = np.searchsorted(done, count, side="right") - 1
        share = (count - done[piece]) / (done[piece + 1] - done[piece])
        begins, ends = self.edges_us[piece], self.edges_us[piece + 1]
        return np.asarray(np.minimum(begins + (share * (ends - begins)).astype(np.int64), ends - 1))


def _extras(scenario: Scenario) -> Iterator[Peak | DemandSurge]:
    yield from scenario.demand.peaks
    yield from (d for d in scenario.disruptions if isinstance(d, DemandSurge))


def booked_until_us(scenario: Scenario) -> int:
    """From when on nobody books any more."""
    return min(scenario.demand.until.us, scenario.duration.us)


def _edges(scenario: Scenario, begin_us: int, end_us: int) -> I64:
    since_quarter_us = (scenario.start.minute % 15 * 60 + scenario.start.second) * US_PER_S + scenario.start.microsecond
    first = -((-begin_us - since_quarter_us) // _QUARTER_US) * _QUARTER_US - since_quarter_us
    inner = [*range(first, end_us, _QUARTER_US)]
    inner += [moment.us for extra in _extras(scenario) for moment in (extra.after, extra.until)]
    return np.unique(np.clip([begin_us, *inner, end_us], begin_us, end_us)).astype(np.int64)


def _profile(scenario: Scenario, edges_us: I64) -> F64:
    demand, zone = scenario.demand, ZoneInfo(scenario.demand.timezone)
    mean = sum(demand.by_hour) / 24 * sum(demand.by_weekday) / 7
    if not mean:
        return np.zeros(len(edges_us))
    clocks = [(scenario.start + timedelta(microseconds=edge)).astimezone(zone) for edge in edges_us.tolist()]
    return np.array([demand.by_hour[c.hour] * demand.by_weekday[c.weekday()] / mean for c in clocks])


def tenant_shares(scenario: Scenario) -> F64:
    """The part of each tenant in the usual demand."""
    weights = np.array([tenant.weight for tenant in scenario.tenants])
    return np.asarray(weights / weights.sum())


def hourly_rates(scenario: Scenario, hour: int) -> Rates:
    """The rates of one hour of the run, counted from 0; no edges but its end where all is over."""
    begin_us = hour * US_PER_H
    end_us = max(min(begin_us + US_PER_H, booked_until_us(scenario)), begin_us)
    edges = _edges(scenario, begin_us, end_us)
    begins, lengths = edges[:-1], np.diff(edges)
    usual = scenario.demand.rate.per_hour / US_PER_H * lengths * _profile(scenario, begins)
    expected = tenant_shares(scenario)[:, None] * usual
    for extra in _extras(scenario):
        during = (begins >= extra.after.us) & (begins < extra.until.us)
        theirs = np.array([extra.tenant in (None, tenant.id) for tenant in scenario.tenants])
        expected[theirs[:, None] & during] *= extra.factor
    return Rates(edges, expected)


def usual_orders(scenario: Scenario) -> int:
    """How many orders demand would place at its mean rate, without peaks and surges, in a run of any length."""
    return int(scenario.demand.rate.per_hour * scenario.demand.until.us / US_PER_H)
