"""The reference data that events are joined with: facilities, carriers and lanes, from the day before the run on."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from backends.interface import TableSpec
from pipeline.contract.tables import DIM_CARRIER, DIM_FACILITY, DIM_LANE
from sim.scenario import Scenario
from sim.units import US_PER_S
from sim.world.network import Network


def _table(spec: TableSpec, scenario: Scenario, rows: list[dict[str, object]]) -> pa.Table:
    validity = {"valid_from": scenario.start - timedelta(days=1), "valid_to": None}
    return pa.Table.from_pylist([row | validity for row in rows], schema=spec.schema)


def reference_tables(scenario: Scenario, network: Network) -> dict[str, pa.Table]:
    """The dimension tables by name; a lane has a row for each direction."""
    facilities: list[dict[str, object]] = [
        {
            "facility_id": facility.id,
            "name": facility.name,
            "kind": facility.kind,
            "timezone": facility.timezone,
            "lat": facility.lat,
            "lon": facility.lon,
            "docks": facility.docks,
        }
        for facility in network.facilities
    ]
    carriers: list[dict[str, object]] = [{"carrier_code": c.code, "name": c.name} for c in network.carriers]
    lanes: list[dict[str, object]] = [
        {
            "lane_id": lane.id,
            "origin_facility_id": network.facilities[lane.origin].id,
            "destination_facility_id": network.facilities[lane.destination].id,
            "carrier_code": network.carriers[lane.carrier].code,
            "travel_time_s": lane.travel_us / US_PER_S,
        }
        for lane in network.lanes
    ]
    return {
        "dim_facility": _table(DIM_FACILITY, scenario, facilities),
        "dim_carrier": _table(DIM_CARRIER, scenario, carriers),
        "dim_lane": _table(DIM_LANE, scenario, lanes),
    }
