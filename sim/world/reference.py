"""The reference data that events are joined with: facilities, carriers and lanes, from the day before the run on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pyarrow as pa

from backends.interface import TableSpec
from pipeline.contract.tables import DIM_CARRIER, DIM_FACILITY, DIM_LANE
from sim.scenario import Rename, Scenario
from sim.units import US_PER_S
from sim.world.network import Network

Row = dict[str, object]
Renames = Sequence[Rename]


def _table(spec: TableSpec, scenario: Scenario, rows: Iterable[tuple[Row, Renames]]) -> pa.Table:
    versions = [version for row, renames in rows for version in _versions(row, renames, scenario.start)]
    return pa.Table.from_pylist(versions, schema=spec.schema)


def _versions(row: Row, renames: Renames, start: datetime) -> Iterator[Row]:
    """A row for each name; each is valid until the next one is."""
    changes = [start + timedelta(microseconds=rename.after.us) for rename in renames]
    names = [{}, *({"name": rename.name} for rename in renames)]
    borders = [start - timedelta(days=1), *changes, None]
    for name, (valid_from, valid_to) in zip(names, pairwise(borders), strict=True):
        yield row | name | {"valid_from": valid_from, "valid_to": valid_to}


def reference_tables(scenario: Scenario, network: Network) -> dict[str, pa.Table]:
    """The dimension tables by name; a lane has a row for each direction."""
    facilities: list[tuple[Row, Renames]] = [
        (
            {
                "facility_id": facility.id,
                "name": facility.name,
                "kind": facility.kind,
                "timezone": facility.timezone,
                "lat": facility.lat,
                "lon": facility.lon,
                "docks": facility.docks,
            },
            facility.renamed,
        )
        for facility in network.facilities
    ]
    carriers: list[tuple[Row, Renames]] = [
        ({"carrier_code": carrier.code, "name": carrier.name}, carrier.renamed) for carrier in network.carriers
    ]
    lanes: list[tuple[Row, Renames]] = [
        (
            {
                "lane_id": lane.id,
                "origin_facility_id": network.facilities[lane.origin].id,
                "destination_facility_id": network.facilities[lane.destination].id,
                "carrier_code": network.carriers[lane.carrier].code,
                "travel_time_s": lane.travel_us / US_PER_S,
            },
            (),
        )
        for lane in network.lanes
    ]
    return {
        "dim_facility": _table(DIM_FACILITY, scenario, facilities),
        "dim_carrier": _table(DIM_CARRIER, scenario, carriers),
        "dim_lane": _table(DIM_LANE, scenario, lanes),
    }
