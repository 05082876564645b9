"""Rules for demand: someone books, within the run, and not more than a disk holds."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, prod

import numpy as np

from sim.errors import unknown
from sim.rules.place import Broken
from sim.rules.stretches import broken_stretches
from sim.rules.time_zones import broken_time_zone
from sim.scenario import Demand, Scenario
from sim.scenario_parts.disruptions import DemandSurge

_SHIPMENTS_MAX = 10_000_000
_TENANTS_HOUR_MAX = 4_000_000
"""An order's code has room for so many of one tenant in one hour."""


def broken_demand(scenario: Scenario) -> Iterator[Broken]:
    """Hours that nobody books in, peaks of nobody, and what would be too much."""
    demand = scenario.demand
    if demand.until.us > scenario.duration.us:
        yield (
            ("demand", "until"),
            f"found '{demand.until.written}', want at most the scenario's duration, {scenario.duration.written}",
        )
    profile = list(_profile(demand))
    yield from profile
    yield from broken_stretches(demand.peaks, ("demand", "peaks"), demand.until, "the demand's until")
    tenants = [tenant.id for tenant in scenario.tenants]
    for i, peak in enumerate(demand.peaks):
        if peak.tenant is not None and peak.tenant not in tenants:
            yield ("demand", "peaks", i, "tenant"), unknown("tenant", peak.tenant, tenants)
    if not profile:
        yield from _amount(scenario)


def _profile(demand: Demand) -> Iterator[Broken]:
    yield from broken_time_zone(demand.timezone, ("demand", "timezone"))
    for name, weights in (("by_hour", demand.by_hour), ("by_weekday", demand.by_weekday)):
        if not any(weights):
            yield ("demand", name), "found nothing but 0, want at least one number above it"


def _amount(scenario: Scenario) -> Iterator[Broken]:
    most_per_hour = scenario.demand.rate.per_hour * _highest(scenario)
    hours = min(scenario.demand.until.s, scenario.duration.s) / 3600
    if most_per_hour * hours <= _SHIPMENTS_MAX and most_per_hour <= _TENANTS_HOUR_MAX:
        return  # without adding up hour by hour, which takes seconds for a year
    from sim.world.rates import hourly_rates  # needed by no other rule, and it brings the whole world

    each = np.array([hourly_rates(scenario, hour).expected.sum(axis=1) for hour in range(ceil(hours))])
    if each.sum() > _SHIPMENTS_MAX:
        yield (
            ("demand", "rate"),
            f"found {each.sum():.0f} shipments in {scenario.demand.until.written}, want at most {_SHIPMENTS_MAX}",
        )
    elif each.max() > _TENANTS_HOUR_MAX:
        yield (
            ("demand", "rate"),
            f"found {each.max():.0f} shipments of a tenant in an hour, want at most {_TENANTS_HOUR_MAX}",
        )


def _highest(scenario: Scenario) -> float:
    """How many times the mean demand is at most, if all that raises it fell on one hour."""
    demand = scenario.demand
    surges = [one.factor for one in scenario.disruptions if isinstance(one, DemandSurge)]
    factors = prod(max(1.0, factor) for factor in (*surges, *(peak.factor for peak in demand.peaks)))
    busiest = max(demand.by_hour) / sum(demand.by_hour) * 24 * max(demand.by_weekday) / sum(demand.by_weekday) * 7
    return factors * busiest
