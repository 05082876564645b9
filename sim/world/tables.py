"""Journal rows with names, people and coordinates joined on: the facts of every type but the pings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.arrays import I64, U64
from sim.facts import Facts
from sim.world.fact_columns import ids_of, in_order, luck_of, made, moments, text
from sim.world.journal import (
    CAPACITY_REASONS,
    DUTIES,
    REASONS,
    SCANS,
    STATUSES,
    BookedRow,
    CapacityRow,
    DutyRow,
    EtaRow,
    ScanRow,
    StatusRow,
)
from sim.world.labels import shipment_ids, trace_ids
from sim.world.orders import ends, orders, tenants
from sim.world.places import coordinates, published

if TYPE_CHECKING:
    from sim.world.cast import Cast

_NTH_BITS = 19
"""Rows of one kind that a shipment may have: half a million."""
_KIND_BITS = 3


def _taken(row: Any, order: I64) -> Any:
    return row._make(column[order] for column in row)


def _luck(shipment: I64, nth: I64 | int) -> U64:
    return np.asarray((shipment << _NTH_BITS | nth).astype(np.uint64))


def _ids(cast: Cast, shipment: I64) -> dict[str, pa.Array]:
    return {"shipment_id": shipment_ids(shipment), "trace_id": trace_ids(cast.rng, shipment)}


def created(cast: Cast, row: BookedRow[I64]) -> Facts:
    """``shipment.created``."""
    row = _taken(row, in_order(cast, row.time_us, _luck(row.shipment, 0)))
    order, people = orders(cast, row.shipment), cast.recipients
    columns = _ids(cast, row.shipment) | {
        "origin_facility_id": text(ids_of(cast), order.origin),
        "destination_facility_id": text(ids_of(cast), order.destination),
        "service_level": text(("standard", "express"), order.express.astype(np.int64)),
        "promised_time": moments(cast, row.promised_us),
        "weight_kg": pa.array(order.weight_g / 1000),
        "recipient_name": text(people.names, order.recipient),
        "recipient_phone": text(people.phones, order.recipient),
        "recipient_email": text(people.emails, order.recipient),
    }
    luck, who = _luck(row.shipment, 0), order.tenant
    return made(cast, "shipment.created", row.time_us, luck, columns, actor=who, facility=order.origin, tenant=who)


def statuses(cast: Cast, row: StatusRow[I64]) -> Facts:
    """``shipment.status.changed``."""
    row = _taken(row, in_order(cast, row.time_us, _luck(row.shipment, row.nth)))
    lat, lon = published(*coordinates(cast, row.place, row.shipment))
    columns = _ids(cast, row.shipment) | {
        "status": text(STATUSES, row.status),
        "facility_id": text(ids_of(cast), row.facility),
        "geo_lat": pa.array(lat),
        "geo_lon": pa.array(lon),
        "carrier_code": text([carrier.code for carrier in cast.network.carriers], row.carrier),
        "eta": moments(cast, row.eta_us),
        "reason": text(REASONS, row.reason),
        "attempt": pa.array(row.attempt, mask=row.attempt < 0),
    }
    return made(
        cast,
        "shipment.status.changed",
        row.time_us,
        _luck(row.shipment, row.nth),
        columns,
        actor=row.actor,
        facility=row.facility,
        tenant=tenants(row.shipment),
    )


def etas(cast: Cast, row: EtaRow[I64]) -> Facts:
    """``shipment.eta.updated``; it counts as happening at the depot of origin."""
    row = _taken(row, in_order(cast, row.time_us, _luck(row.shipment, row.nth)))
    columns = _ids(cast, row.shipment) | {
        "eta": moments(cast, row.eta_us),
        "previous_eta": moments(cast, row.previous_us),
    }
    luck, who, origin = _luck(row.shipment, row.nth), tenants(row.shipment), ends(cast, row.shipment)[0]
    return made(cast, "shipment.eta.updated", row.time_us, luck, columns, actor=who, facility=origin, tenant=who)


def scanner_ids(cast: Cast) -> list[str]:
    """The ids of all scanners, facility after facility."""
    return [f"SC-{f.id}-{n + 1}" for f in cast.network.facilities for n in range(f.docks)]


def scans(cast: Cast, row: ScanRow[I64]) -> Facts:
    """``facility.scan``."""
    row = _taken(row, in_order(cast, row.time_us, _luck(row.shipment, row.nth)))
    columns = _ids(cast, row.shipment) | {
        "facility_id": text(ids_of(cast), row.facility),
        "scan_type": text(SCANS, row.scan),
        "scanner_id": text(scanner_ids(cast), row.scanner),
    }
    luck, who = _luck(row.shipment, row.nth), tenants(row.shipment)
    return made(cast, "facility.scan", row.time_us, luck, columns, actor=row.scanner, facility=row.facility, tenant=who)


def _luck_of_kind(actor: I64, time_us: I64, kind: I64) -> U64:
    return np.asarray(luck_of(actor, time_us) << np.uint64(_KIND_BITS) | kind.astype(np.uint64))


def capacities(cast: Cast, row: CapacityRow[I64]) -> Facts:
    """``facility.capacity.changed``."""
    luck = _luck_of_kind(row.facility, row.time_us, row.reason)
    order = in_order(cast, row.time_us, luck)
    row = _taken(row, order)
    columns = {
        "facility_id": text(ids_of(cast), row.facility),
        "docks_open": pa.array(row.docks),
        "reason": text(CAPACITY_REASONS, row.reason),
    }
    return made(
        cast, "facility.capacity.changed", row.time_us, luck[order], columns, actor=row.facility, facility=row.facility
    )


def duties(cast: Cast, row: DutyRow[I64]) -> Facts:
    """``driver.status.changed``."""
    luck = _luck_of_kind(row.driver, row.time_us, row.duty)
    order = in_order(cast, row.time_us, luck)
    row, crew, people = _taken(row, order), cast.crew, cast.drivers
    depot = np.array(crew.driver_depots, np.int64)[row.driver]
    columns = {
        "driver_id": text(crew.driver_ids, row.driver),
        "status": text(DUTIES, row.duty),
        "facility_id": text(ids_of(cast), depot),
        "driver_name": text(people.names, row.driver),
        "driver_phone": text(people.phones, row.driver),
        "driver_email": text(people.emails, row.driver),
        "vehicle_id": text(crew.vehicle_ids, row.vehicle),
    }
    return made(cast, "driver.status.changed", row.time_us, luck[order], columns, actor=row.driver, facility=depot)
