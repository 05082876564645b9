"""All expected tables of a run, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.tables import DIM_CARRIER, DIM_FACILITY, DIM_LANE, EVENTS, KPI_5MIN_PANES, OPERATED, TABLES
from sim.expected.days import LocalDays
from sim.expected.deliveries import exceptions, on_time_performance
from sim.expected.drivers import driver_behavior_daily
from sim.expected.events import events, payloads, too_late
from sim.expected.kept import kept
from sim.expected.kpis import facility_throughput, kpi_5min, on_time_kpis
from sim.expected.ledger_tables import duplicates, raw_messages, rejected
from sim.expected.metrics import health, metrics
from sim.expected.shipments import shipments_daily
from sim.expected.statuses import AsOf, status_events
from sim.expected.terms import Terms
from sim.ledger import Ledger
from sim.truth import Truth

_STATUS = "shipment.status.changed"
COMPARED = tuple(name for name, spec in TABLES.items() if spec not in (KPI_5MIN_PANES, *OPERATED))
"""The tables that are fixed by truth, ledger and terms, row by row. When a window is published early is the runner's to
say, and when a command ran the clock's: ``sim.checks.panes`` and ``sim.checks.operated`` hold those to their rules."""


@dataclass(frozen=True)
class Expected:
    """Tables by name, with the columns that are not the pipeline's own to word; payload leaves by event type."""

    tables: dict[str, pa.Table]
    payloads: dict[str, pa.Table]
    on_time: pa.Table
    """``curated.kpi_5min`` as it must be when each window is complete."""

    def let_go(self, name: str) -> None:
        """Forget a table, and with ``clean.events`` the payloads, and give their memory back."""
        del self.tables[name]
        if name == EVENTS.name:
            self.payloads.clear()
        pa.default_memory_pool().release_unused()


def expected_tables(truth: Truth, ledger: Ledger, terms: Terms) -> Expected:
    """What the warehouse must hold. Raises ValueError if truth and ledger contradict each other."""
    kept_by_type = {event_type: kept(truth, ledger, event_type) for event_type in EVENT_TYPES}
    facilities = AsOf(truth.reference["dim_facility"], "facility_id")
    carriers = AsOf(truth.reference["dim_carrier"], "carrier_code")
    all_events = pa.concat_tables(events(name, rows) for name, rows in kept_by_type.items())
    tables = {
        "raw.messages": raw_messages(ledger),
        "clean.events": all_events,
        "clean.shipment_status_events": status_events(kept_by_type[_STATUS], facilities, carriers),
        "clean.rejected": rejected(ledger),
        "clean.too_late": too_late(all_events, terms),
        "ops.duplicates": duplicates(ledger),
        "ops.metrics": metrics(ledger),
        "ops.health": health(ledger),
        "curated.kpi_5min": kpi_5min(truth, ledger),
        "curated.facility_throughput": facility_throughput(truth, ledger),
    }
    for spec in (DIM_FACILITY, DIM_CARRIER, DIM_LANE):
        reference = truth.reference[spec.name.removeprefix("curated.")]
        tables[spec.name] = reference.select(spec.schema.names).cast(spec.schema)
    tables |= _marts(kept_by_type, LocalDays(facilities))
    assert set(tables) == set(COMPARED)
    leaves = {name: payloads(name, rows, terms) for name, rows in kept_by_type.items()}
    return Expected(tables, leaves, on_time_kpis(truth, ledger))


def _marts(kept_by_type: dict[str, pa.Table], days: LocalDays) -> dict[str, pa.Table]:
    created = kept_by_type["shipment.created"]
    outcomes = _outcomes(kept_by_type[_STATUS])
    return {
        "curated.mart_shipments_daily": shipments_daily(created, outcomes, days),
        "curated.mart_on_time_performance": on_time_performance(created, outcomes, days),
        "curated.mart_exceptions": exceptions(outcomes, days),
        "features.driver_behavior_daily": driver_behavior_daily(kept_by_type["vehicle.telemetry"]),
    }


def _outcomes(statuses: pa.Table) -> list[dict[str, Any]]:
    wanted = pc.is_in(statuses["status"], pa.array(["delivered", "exception"]))
    columns = ["event_time", "event_id", "tenant_id", "shipment_id", "status", "facility_id", "carrier_code", "reason"]
    ordered = statuses.filter(wanted).select(columns).sort_by([("event_time", "ascending"), ("event_id", "ascending")])
    return list(ordered.to_pylist())
