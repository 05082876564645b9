"""The journal's rows with names, people and coordinates joined on: one table of facts for each type but the pings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sim.arrays import I64
from sim.scenario import Scenario
from sim.world.crew import Crew
from sim.world.facts import FactPress, pick
from sim.world.identities import People
from sim.world.journal import DUTIES, SCANS, STATUSES, DutyRow, EtaRow, Journal, ScanRow, StatusRow, by_column
from sim.world.network import Network
from sim.world.parcels import REASONS
from sim.world.places import Places, published
from sim.world.shipments import Shipments


@dataclass(frozen=True)
class ShipmentTables:
    """Facts about shipments; each carries the tenant and trace of its shipment."""

    press: FactPress
    scenario: Scenario
    network: Network
    shipments: Shipments
    places: Places

    def _shipment(self, index: I64) -> dict[str, pa.Array]:
        traces = [uuid.replace("-", "") for uuid in self.press.rng.uuids("trace_id", np.arange(len(self.shipments)))]
        return {
            "trace_id": pick(traces, index),
            "tenant_id": pick([tenant.id for tenant in self.scenario.tenants], self.shipments.tenant[index]),
            "shipment_id": pick([f"S-{k + 1:07}" for k in range(len(self.shipments))], index),
        }

    def _facility(self, index: I64) -> pa.Array:
        return pick([facility.id for facility in self.network.facilities], index)

    def created(self, recipients: People) -> pa.Table:
        """``shipment.created``."""
        orders = self.shipments
        each = np.arange(len(orders))
        person = (self.press.rng.uniform("shipment/recipient", each) * len(recipients)).astype(np.int64)
        columns = {
            "origin_facility_id": self._facility(orders.origin),
            "destination_facility_id": self._facility(orders.destination),
            "service_level": pick(("standard", "express"), orders.express.astype(np.int64)),
            "promised_time": self.press.moments(orders.promised_us),
            "weight_kg": pa.array(orders.weight_kg),
            "recipient_name": pick(recipients.names, person),
            "recipient_phone": pick(recipients.phones, person),
            "recipient_email": pick(recipients.emails, person),
        }
        return self.press.table("shipment.created", orders.booked_us, self._shipment(each) | columns)

    def statuses(self, journal: Journal) -> pa.Table:
        """``shipment.status.changed``."""
        row: StatusRow[I64] = StatusRow._make(by_column(journal.statuses, len(StatusRow._fields)))
        lat, lon = published(self.places.lat[row.place], self.places.lon[row.place])
        columns = {
            "status": pick(STATUSES, row.status),
            "facility_id": self._facility(row.facility),
            "geo_lat": pa.array(lat),
            "geo_lon": pa.array(lon),
            "carrier_code": pick([carrier.code for carrier in self.network.carriers], row.carrier),
            "eta": self.press.moments(row.eta_us),
            "reason": pick(REASONS, row.reason),
            "attempt": pa.array(row.attempt, mask=row.attempt < 0),
        }
        return self.press.table("shipment.status.changed", row.time_us, self._shipment(row.shipment) | columns)

    def etas(self, journal: Journal) -> pa.Table:
        """``shipment.eta.updated``."""
        row: EtaRow[I64] = EtaRow._make(by_column(journal.etas, len(EtaRow._fields)))
        columns = {"eta": self.press.moments(row.eta_us), "previous_eta": self.press.moments(row.previous_us)}
        return self.press.table("shipment.eta.updated", row.time_us, self._shipment(row.shipment) | columns)

    def scans(self, journal: Journal) -> pa.Table:
        """``facility.scan``; a facility has a scanner for each dock."""
        row: ScanRow[I64] = ScanRow._make(by_column(journal.scans, len(ScanRow._fields)))
        docks = np.array([facility.docks for facility in self.network.facilities])
        columns = {
            "facility_id": self._facility(row.facility),
            "scan_type": pick(SCANS, row.scan),
            "scanner_id": self._scanner(row.facility, row.shipment % docks[row.facility]),
        }
        return self.press.table("facility.scan", row.time_us, self._shipment(row.shipment) | columns)

    def _scanner(self, facility: I64, number: I64) -> pa.Array:
        docks = np.array([f.docks for f in self.network.facilities])
        first = np.cumsum(docks) - docks
        ids = [f"SC-{f.id}-{n + 1}" for f in self.network.facilities for n in range(f.docks)]
        return pick(ids, first[facility] + number)


def capacity_changes(press: FactPress, network: Network) -> pa.Table:
    """``facility.capacity.changed``: docks as the gates open and close; whoever is open at the start, opens then."""
    times: list[int] = []
    facilities: list[int] = []
    docks: list[int] = []
    for k, (facility, calendar) in enumerate(zip(network.facilities, network.calendars, strict=True)):
        for opens, closes in zip(calendar.opens, calendar.closes, strict=True):
            if closes > 0:
                times += [max(opens, 0), closes]
                facilities += [k, k]
                docks += [facility.docks, 0]
    columns = {
        "facility_id": pick([f.id for f in network.facilities], np.array(facilities, np.int64)),
        "docks_open": pa.array(docks, pa.int64()),
        "reason": pick(("closing", "opening"), np.array([int(n > 0) for n in docks], np.int64)),
    }
    return press.table("facility.capacity.changed", np.array(times, np.int64), columns)


def duty_changes(press: FactPress, network: Network, crew: Crew, drivers: People, journal: Journal) -> pa.Table:
    """``driver.status.changed``."""
    row: DutyRow[I64] = DutyRow._make(by_column(journal.duties, len(DutyRow._fields)))
    columns = {
        "driver_id": pick(crew.driver_ids, row.driver),
        "status": pick(DUTIES, row.duty),
        "facility_id": pick([f.id for f in network.facilities], np.array(crew.driver_depots)[row.driver]),
        "driver_name": pick(drivers.names, row.driver),
        "driver_phone": pick(drivers.phones, row.driver),
        "driver_email": pick(drivers.emails, row.driver),
        "vehicle_id": pick(crew.vehicle_ids, row.vehicle),
    }
    return press.table("driver.status.changed", row.time_us, columns)
