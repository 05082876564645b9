"""A scenario: everything a run depends on, beside the seed that it also holds. Every default lives here.

``scenario_file.py`` reads one from YAML; the rest of the project takes only the part that it needs. The larger parts
have modules of their own: ``network``, ``fleet``, ``disruptions``, ``producers`` in ``sim.scenario_parts``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from sim.distributions import LogNormal, MassDistribution
from sim.faults import Fault
from sim.scenario_parts.disruptions import Disruption
from sim.scenario_parts.fleet import Fleet
from sim.scenario_parts.network import Carrier, Facility, Lane, Network, Rename
from sim.scenario_parts.part import Count, Factor, Id, Part
from sim.scenario_parts.producers import Producers
from sim.units import Duration, Mass, Rate, Share


class Tenant(Part, frozen=True):
    """A shipper that uses the platform; ``weight`` is its part of the demand beside the others'."""

    id: Id
    weight: Annotated[float, Meta(gt=0)] = 1.0
    express: Share = Share(0.2)
    chilled: Share = Share(0.0)
    """Parcels that must be kept cold."""
    to_locker: Share = Share(0.0)
    """Parcels addressed to a parcel locker, where the destination's depot serves one."""
    returns: Share = Share(0.0)
    """Delivered parcels that the recipient sends back."""
    parcel: MassDistribution = LogNormal(median=Mass(2_000), sigma=0.9)


class Peak(Part, frozen=True):
    """A stretch of the run with ``factor`` times the usual demand, of one tenant or of all."""

    after: Duration
    until: Duration
    factor: Factor
    tenant: Id | None = None


class Demand(Part, frozen=True):
    """Shipments booked: a Poisson process whose rate changes each hour, from the start of the run until ``until``.

    ``rate`` is the mean over a week. ``by_hour`` and ``by_weekday`` (Monday first) say how the hours and days of a week
    differ, on the wall clock of ``timezone``; only their proportions matter.
    """

    rate: Rate
    until: Duration
    timezone: str = "UTC"
    by_hour: Annotated[tuple[Annotated[float, Meta(ge=0)], ...], Meta(min_length=24, max_length=24)] = (1.0,) * 24
    by_weekday: Annotated[tuple[Annotated[float, Meta(ge=0)], ...], Meta(min_length=7, max_length=7)] = (1.0,) * 7
    peaks: tuple[Peak, ...] = ()
    promise_standard: Duration = Duration(24 * 3600 * 1_000_000)
    promise_express: Duration = Duration(8 * 3600 * 1_000_000)


class LatenessOf(Part, frozen=True):
    """The lateness that is allowed of one event type."""

    event_type: str
    allowed: Duration


class Platform(Part, frozen=True):
    """How the platform under test is set up."""

    log_partitions: Annotated[int, Meta(ge=1, le=256)] = 4
    allowed_lateness: Duration = Duration(24 * 3600 * 1_000_000)
    allowed_lateness_of: tuple[LatenessOf, ...] = ()
    """Of event types for which it is another."""
    future_tolerance: Duration = Duration(5 * 60 * 1_000_000)
    dedupe_ttl: Duration = Duration(7 * 24 * 3600 * 1_000_000)
    """How long the platform remembers an event, to know its copies by."""

    @property
    def lateness_us_by_type(self) -> dict[str, int]:
        """The event types of which another lateness is allowed, and which."""
        return {one.event_type: one.allowed.us for one in self.allowed_lateness_of}


class Scenario(Part, frozen=True, kw_only=True):
    """One scenario, as read and checked."""

    name: Id
    description: str = ""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    start: Annotated[datetime, Meta(tz=True)]
    duration: Duration
    network: Network
    """Written in the scenario, or in a file of its own: ``network: networks/city.yaml``."""
    tenants: Annotated[tuple[Tenant, ...], Meta(min_length=1, max_length=256)] = (Tenant(id="acme"),)
    demand: Demand
    fleet: Fleet = Fleet()
    disruptions: tuple[Disruption, ...] = ()
    producers: Producers = Producers()
    platform: Platform = Platform()
    faults: tuple[Fault, ...] = ()


__all__ = [
    "Carrier",
    "Count",
    "Demand",
    "Disruption",
    "Facility",
    "Fleet",
    "Id",
    "Lane",
    "Network",
    "Peak",
    "Platform",
    "Producers",
    "Rename",
    "Scenario",
    "Tenant",
]
