"""The reference data that events are joined with: facilities, carriers and lanes, from the day before the run on.

Beside them stand the disruptions, as the scenario planned them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec
from pipeline.contract.tables import DIM_CARRIER, DIM_FACILITY, DIM_LANE
from sim.scenario import Rename, Scenario
from sim.scenario_parts.disruptions import CustomsHold, Disruption
from sim.units import US_PER_S

if TYPE_CHECKING:
    from sim.world.cast import Cast

DISRUPTIONS = pa.schema(
    [
        pa.field("disruption_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("after_time", TIMESTAMP, nullable=False),
        pa.field("until_time", TIMESTAMP, nullable=False),
        pa.field("facility_id", pa.string()),
        pa.field("other_facility_id", pa.string()),
        pa.field("region", pa.string()),
        pa.field("tenant_id", pa.string()),
        pa.field("factor", pa.float64()),
        pa.field("share", pa.float64()),
        pa.field("hold_mean_s", pa.float64()),
    ]
)
"""A row for each disruption; ``disruptions.0`` is the scenario's first. What it is aimed at is null where that is all
or does not apply; ``share`` is also the speed of a sorter."""

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


def _disrupted(scenario: Scenario, nth: int, disruption: Disruption) -> Row:
    facility, other = getattr(disruption, "between", (getattr(disruption, "facility", None), None))
    share = getattr(disruption, "share", getattr(disruption, "speed", None))
    return {
        "disruption_id": f"disruptions.{nth}",
        "kind": disruption.__struct_config__.tag,
        "after_time": scenario.start + timedelta(microseconds=disruption.after.us),
        "until_time": scenario.start + timedelta(microseconds=disruption.until.us),
        "facility_id": facility,
        "other_facility_id": other,
        "region": getattr(disruption, "region", None),
        "tenant_id": getattr(disruption, "tenant", None),
        "factor": getattr(disruption, "factor", None),
        "share": None if share is None else share.of_one,
        "hold_mean_s": disruption.hold.average() / US_PER_S if isinstance(disruption, CustomsHold) else None,
    }


def _disruptions(scenario: Scenario) -> pa.Table:
    rows = [_disrupted(scenario, nth, disruption) for nth, disruption in enumerate(scenario.disruptions)]
    return pa.Table.from_pylist(rows, schema=DISRUPTIONS)


def reference_tables(cast: Cast) -> dict[str, pa.Table]:
    """The dimension tables and ``disruptions`` by name; a lane has a row for each direction."""
    scenario, network = cast.scenario, cast.network
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
        "disruptions": _disruptions(scenario),
    }
