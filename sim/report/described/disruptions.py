"""The disruptions of a scenario as tables: when each was, and which facilities it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

from sim.scenario import Disruption, Facility, Scenario
from sim.units import Duration

_ABOUT = ("facility", "between", "region", "tenant")
"""What the kinds of disruption call what they are about."""
_TIMESTAMP = pa.timestamp("us", tz="UTC")


def kind(disruption: Disruption) -> str:
    """As the scenario names it."""
    return str(disruption.__struct_config__.tag)


def about(disruption: Disruption) -> tuple[str, ...]:
    """Ids of the facility, both ends of the lane, the region or the tenant; none if it is about all."""
    given = next((found for name in _ABOUT if (found := getattr(disruption, name, None)) is not None), ())
    return (given,) if isinstance(given, str) else given


def moment(scenario: Scenario, since_start: Duration) -> datetime:
    """A time of the run."""
    return scenario.start + timedelta(microseconds=since_start.us)


def disruptions(scenario: Scenario) -> pa.Table:
    """One row each: ``nr`` from 0, ``begins``, ``ends``."""
    every = scenario.disruptions
    return pa.table(
        {
            "nr": pa.array(range(len(every)), pa.int64()),
            "begins": pa.array([moment(scenario, one.after) for one in every], _TIMESTAMP),
            "ends": pa.array([moment(scenario, one.until) for one in every], _TIMESTAMP),
        }
    )


def affected(scenario: Scenario) -> pa.Table:
    """One row for each disruption and facility that it is about; a tenant's is about all of them."""
    rows = [
        (nr, facility.id)
        for nr, one in enumerate(scenario.disruptions)
        for facility in scenario.network.facilities
        if _is_about(one, facility)
    ]
    return pa.table(
        {
            "nr": pa.array([nr for nr, _ in rows], pa.int64()),
            "facility_id": pa.array([facility for _, facility in rows], pa.string()),
        }
    )


def _is_about(disruption: Disruption, facility: Facility) -> bool:
    if hasattr(disruption, "region"):
        return facility.region == disruption.region
    places = () if hasattr(disruption, "tenant") else about(disruption)
    return not places or facility.id in places
