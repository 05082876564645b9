"""A run folder written by hand, row by row: what `sim describe` reads of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contract.events import EVENT_TYPES
from sim.ledger import FIRINGS, MESSAGES
from sim.run_folder import RunFolder
from sim.scenario import Carrier, Demand, Facility, Lane, Network, Scenario
from sim.scenario_file import resolve
from sim.scenario_parts.disruptions import DemandSurge, FacilityClosed, Storm
from sim.truth import fact_schema
from sim.units import Duration, Rate

START = datetime(2026, 3, 2, tzinfo=UTC)
_TIMESTAMP = pa.timestamp("us", tz="UTC")
_TEXTS = ("driver_id", "vehicle_id", "kind", "destination_facility_id", "destination_shipment_id")
LEGS = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, _TIMESTAMP) for name in ("departed_time", "start_time", "end_time")),
        ("length_m", pa.int64()),
    ]
)
LINEHAUL = pa.schema(
    [
        *((name, pa.string()) for name in ("lane_id", "origin_facility_id", "destination_facility_id")),
        *((f"{name}_time", _TIMESTAMP) for name in ("due", "left", "arrived", "docked", "unloaded")),
        ("parcels", pa.int64()),
    ]
)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def scenario(**changes: object) -> Scenario:
    """Two depots and a hub for six hours; the hub is closed from the second to the third."""
    made: dict[str, object] = {
        "name": "by-hand",
        "seed": 7,
        "start": START,
        "duration": Duration.parse("6 h"),
        "network": Network(
            facilities=(
                Facility("HUB", "Hub", "hub", 52.45, 13.3),
                Facility("NORTH", "North", "depot", 52.6, 13.35, region="north"),
                Facility("WEST", "West", "depot", 52.5, 12.9),
                Facility("BOX", "Box", "locker", 52.5, 12.9, depot="WEST"),
            ),
            carriers=(Carrier("NORD", "Nordlinie"),),
            lanes=(
                Lane(("NORTH", "HUB"), "NORD", Duration.parse("30 min")),
                Lane(("HUB", "WEST"), "NORD", Duration.parse("40 min")),
            ),
        ),
        "demand": Demand(Rate.parse("10/h"), Duration.parse("6 h")),
        "disruptions": (
            FacilityClosed(after=Duration.parse("2 h"), until=Duration.parse("3 h"), facility="HUB"),
            Storm(after=Duration.parse("1 h"), until=Duration.parse("2 h"), region="north"),
            DemandSurge(after=Duration.parse("1 h"), until=Duration.parse("2 h"), factor=3.0),
        ),
    }
    return Scenario(**(made | changes))  # type: ignore[arg-type]


Rows = list[dict[str, object]]
_EMPTY: dict[pa.DataType, object] = {
    pa.string(): "",
    pa.int64(): 0,
    pa.int32(): 0,
    pa.float64(): 0.0,
    _TIMESTAMP: START,
}


def _table(rows: Rows, schema: pa.Schema) -> pa.Table:
    gaps = {field.name: None if field.nullable else _EMPTY[field.type] for field in schema}
    assert all(row.keys() <= gaps.keys() for row in rows)
    return pa.Table.from_pylist([gaps | row for row in rows], schema=schema)


def _write(folder: Path, tables: list[pa.Table]) -> None:
    folder.mkdir(parents=True)
    for index, table in enumerate(tables):
        pq.write_table(table, folder / f"part-{index:05}.parquet", store_schema=False)


def write_run(
    path: Path,
    of: Scenario,
    facts: dict[str, Rows] | None = None,
    legs: Rows | None = None,
    linehaul: Rows | None = None,
    messages: Rows | None = None,
    firings: Rows | None = None,
) -> RunFolder:
    """Write it all; each table of facts in two parts, a row in the first and the others in the second."""
    folder = RunFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.scenario.write_text(resolve(of), encoding="utf-8")
    for name in EVENT_TYPES:
        table = _table((facts or {}).get(name, []), fact_schema(name))
        _write(folder.truth / "facts" / name, [table.slice(0, 1), table.slice(1)])
    _write(folder.truth / "world" / "legs", [_table(legs or [], LEGS)])
    _write(folder.truth / "world" / "linehaul", [_table(linehaul or [], LINEHAUL)])
    folder.ledger.mkdir()
    pq.write_table(_table(messages or [], MESSAGES), folder.ledger / "messages.parquet")
    pq.write_table(_table(firings or [], FIRINGS), folder.ledger / "firings.parquet")
    return folder


def shipment(name: str, booked: float, promised: float, service: str = "standard") -> dict[str, object]:
    """A fact of ``shipment.created``."""
    return {
        "event_time": at(booked),
        "shipment_id": name,
        "service_level": service,
        "promised_time": at(promised),
        "origin_facility_id": "NORTH",
        "destination_facility_id": "WEST",
    }


def scans(name: str, facility: str, *minutes: float) -> Rows:
    """Facts of ``facility.scan``: arrival, departure and so on in turn."""
    kinds = ("arrival", "departure")
    return [
        {"event_time": at(minute), "shipment_id": name, "facility_id": facility, "scan_type": kinds[k % 2]}
        for k, minute in enumerate(minutes)
    ]


def status(name: str, what: str, minute: float, reason: str | None = None) -> dict[str, object]:
    """A fact of ``shipment.status.changed``."""
    return {"event_time": at(minute), "shipment_id": name, "status": what, "reason": reason}


def eta(name: str, minute: float, expected: float, previous: float | None = None) -> dict[str, object]:
    """A fact of ``shipment.eta.updated``."""
    before = None if previous is None else at(previous)
    return {"event_time": at(minute), "shipment_id": name, "eta": at(expected), "previous_eta": before}


def haul(lane: str, left: float, arrived: float, docked: float, parcels: int = 1) -> dict[str, object]:
    """A trip to the facility that the lane's name ends with, due five minutes before it left."""
    origin, destination = lane.split("-")
    times = {"due": left - 5, "left": left, "arrived": arrived, "docked": docked, "unloaded": docked + 10}
    return {
        "lane_id": lane,
        "origin_facility_id": origin,
        "destination_facility_id": destination,
        "parcels": parcels,
        **{f"{name}_time": at(minute) for name, minute in times.items()},
    }


def leg(driver: str, departed: float, start: float, end: float, kind: str, door: str | None) -> dict[str, object]:
    """A drive of a kilometre a minute, or a stop."""
    return {
        "driver_id": driver,
        "departed_time": at(departed),
        "start_time": at(start),
        "end_time": at(end),
        "kind": kind,
        "destination_shipment_id": door,
        "destination_facility_id": None if door else "WEST",
        "length_m": round(1000 * (end - start)) if kind == "drive" else 0,
    }


def message(
    number: int, happened: float, arrived: float, source: str = "hand_scanner", **more: object
) -> dict[str, object]:
    """A message of the ledger; ``more`` are columns of it."""
    return {
        "message_id": number,
        "event_type": "facility.scan",
        "source": source,
        "fate": "clean",
        "event_time": at(happened),
        "ingest_time": at(arrived),
        **more,
    }
