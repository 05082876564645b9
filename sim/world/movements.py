"""What vans and trucks did: no producer reports these tables, which prove that a truth is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from sim.arrays import I64, Mask
from sim.world.cargo import standing
from sim.world.fact_columns import ids_of, moments, text
from sim.world.journal import HaulRow, LegRow, Slice
from sim.world.labels import shipment_ids
from sim.world.places import coordinates

if TYPE_CHECKING:
    from sim.world.cast import Cast

_PLACE = {"facility_id": pa.string(), "shipment_id": pa.string(), "lat": pa.float64(), "lon": pa.float64()}
MOVEMENT_SCHEMAS = {
    "legs": pa.schema(
        {
            "driver_id": pa.string(),
            "vehicle_id": pa.string(),
            "departed_time": TIMESTAMP,
            "start_time": TIMESTAMP,
            "end_time": TIMESTAMP,
            "kind": pa.string(),
            **{f"{end}_{name}": kind for end in ("origin", "destination") for name, kind in _PLACE.items()},
            "odometer_m": pa.int64(),
            "since_full_m": pa.int64(),
            "length_m": pa.int64(),
        }
    ),
    "linehaul": pa.schema(
        {
            "lane_id": pa.string(),
            "slot": pa.int64(),
            "origin_facility_id": pa.string(),
            "destination_facility_id": pa.string(),
            "due_time": TIMESTAMP,
            "left_time": TIMESTAMP,
            "arrived_time": TIMESTAMP,
            "docked_time": TIMESTAMP,
            "unloaded_time": TIMESTAMP,
            "parcels": pa.int64(),
        }
    ),
}
"""As they are read back; text may be dictionary-encoded on the way."""


def movements(cast: Cast, piece: Slice) -> dict[str, pa.Table]:
    """``legs`` of the last mile and trips of the ``linehaul``, those that began within the run."""
    return {"legs": _legs(cast, piece.legs), "linehaul": _linehaul(cast, piece.hauls)}


def _begun(cast: Cast, time_us: I64) -> Mask:
    return np.asarray(time_us < cast.scenario.duration.us)


def _end(cast: Cast, name: str, place: I64, shipment: I64) -> dict[str, pa.Array]:
    """One end of each leg: a facility, or the door of a shipment, and where that is."""
    lat, lon = coordinates(cast, place, shipment)
    return {
        f"{name}_facility_id": text(ids_of(cast), np.maximum(place, -1)),
        f"{name}_shipment_id": pc.if_else(pa.array(place >= 0), None, shipment_ids(shipment)),
        f"{name}_lat": pa.array(lat),
        f"{name}_lon": pa.array(lon),
    }


def _legs(cast: Cast, written: LegRow[I64]) -> pa.Table:
    row: LegRow[I64] = LegRow._make(column[_begun(cast, written.start_us)] for column in written)
    return pa.table(
        {
            "driver_id": text(cast.crew.driver_ids, row.driver),
            "vehicle_id": text(cast.crew.vehicle_ids, row.vehicle),
            "departed_time": moments(cast, row.departed_us),
            "start_time": moments(cast, row.start_us),
            "end_time": moments(cast, row.end_us),
            "kind": text(("drive", "stop"), standing(row).astype(np.int64)),
            **_end(cast, "origin", row.origin, row.origin_shipment),
            **_end(cast, "destination", row.destination, row.destination_shipment),
            "odometer_m": pa.array(row.odometer_m),
            "since_full_m": pa.array(row.since_full_m),
            "length_m": pa.array(row.length_m),
        }
    )


def _linehaul(cast: Cast, written: HaulRow[I64]) -> pa.Table:
    row: HaulRow[I64] = HaulRow._make(column[_begun(cast, written.left_us)] for column in written)
    lanes = cast.network.lanes
    origin, destination = (
        np.array([getattr(lane, end) for lane in lanes], np.int64)[row.lane] for end in ("origin", "destination")
    )
    return pa.table(
        {
            "lane_id": text([lane.id for lane in lanes], row.lane),
            "slot": pa.array(row.slot),
            "origin_facility_id": text(ids_of(cast), origin),
            "destination_facility_id": text(ids_of(cast), destination),
            "due_time": moments(cast, row.due_us),
            "left_time": moments(cast, row.left_us),
            "arrived_time": moments(cast, row.arrived_us),
            "docked_time": moments(cast, row.docked_us),
            "unloaded_time": moments(cast, row.unloaded_us),
            "parcels": pa.array(row.parcels),
        }
    )
