"""Disruptions: what changes in the world itself, timed and aimed. The truth shows them; no table may hide them."""

from __future__ import annotations

from sim.distributions import DurationDistribution
from sim.scenario_parts.part import Factor, Id, Part
from sim.units import Duration, Share


class DisruptionBase(Part, frozen=True, kw_only=True, tag_field="kind"):
    """From ``after`` until ``until``, both since the start of the run."""

    after: Duration
    until: Duration


class FacilityClosed(DisruptionBase, frozen=True, tag="facility_closed"):
    """Gates shut: trucks wait outside, nobody goes out, parcels stay where they are."""

    facility: Id


class LaneBlocked(DisruptionBase, frozen=True, tag="lane_blocked"):
    """No departures between two facilities."""

    between: tuple[Id, Id]


class Storm(DisruptionBase, frozen=True, tag="storm"):
    """Every way that begins in the region takes ``factor`` times as long."""

    region: Id
    factor: Factor = 2.0


class Strike(DisruptionBase, frozen=True, tag="strike"):
    """A share of a depot's drivers does not come to work."""

    facility: Id
    share: Share


class VehicleRecall(DisruptionBase, frozen=True, tag="vehicle_recall"):
    """A share of the vans, of one depot or of all, stays in as soon as it is back."""

    share: Share
    facility: Id | None = None


class DemandSurge(DisruptionBase, frozen=True, tag="demand_surge"):
    """``factor`` times the demand of one tenant, or of all: a flash sale."""

    factor: Factor
    tenant: Id | None = None


class SorterSlowdown(DisruptionBase, frozen=True, tag="sorter_slowdown"):
    """A facility's sorter runs at a share of its speed."""

    facility: Id
    speed: Share


class CustomsHold(DisruptionBase, frozen=True, tag="customs_hold"):
    """What arrives between two facilities is held before it is unloaded."""

    between: tuple[Id, Id]
    hold: DurationDistribution


Disruption = CustomsHold | DemandSurge | FacilityClosed | LaneBlocked | SorterSlowdown | Storm | Strike | VehicleRecall
