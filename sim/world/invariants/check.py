"""Puts every invariant to a truth on disk. DuckDB reads its parts as they lie; what does not fit in memory spills."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import BackendError
from pipeline.contract.events import EVENT_TYPES
from sim.scenario import Scenario
from sim.scenario_parts.fleet import Fleet
from sim.truth import fact_schema, parts
from sim.world.movements import MOVEMENT_SCHEMAS

INVARIANTS = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.sql"))}
"""The files of all invariants by name."""
_SAMPLES_MAX = 5
_FACTS = {
    "created": "shipment.created",
    "status": "shipment.status.changed",
    "eta": "shipment.eta.updated",
    "scan": "facility.scan",
    "capacity": "facility.capacity.changed",
    "duty": "driver.status.changed",
    "location": "driver.location",
    "telemetry": "vehicle.telemetry",
}
assert set(_FACTS.values()) == set(EVENT_TYPES)
_SPEED_MAX_KMH = 200


@dataclass(frozen=True)
class Violation:
    """What could not have happened: the invariant's name, how many rows break it, and the first of them as text."""

    invariant: str
    count: int
    samples: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Limits:
    """What an invariant holds a truth to, beside the truth itself. Durations are in microseconds."""

    run_start: datetime
    run_end: datetime
    driving_max_us: int = Fleet().driving_max.us
    break_after_us: int = Fleet().break_after.us
    break_length_us: int = Fleet().break_length.us
    range_m: int = Fleet().range.m
    speed_max_kmh: int = _SPEED_MAX_KMH

    @classmethod
    def of(cls, scenario: Scenario) -> Self:
        """Those of a scenario."""
        fleet = scenario.fleet
        return cls(
            scenario.start.astimezone(UTC),
            scenario.start.astimezone(UTC) + timedelta(microseconds=scenario.duration.us),
            fleet.driving_max.us,
            fleet.break_after.us,
            fleet.break_length.us,
            fleet.range.m,
        )


ANY = Limits(datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
"""Of a run whose scenario is unknown: any time, and the rules of a fleet of which a scenario says nothing."""


def check_truth(folder: Path, limits: Limits = ANY, memory_limit: str = "700MB") -> list[Violation]:
    """All invariants that the truth in this folder breaks, by name; none if it is possible.

    Raises BackendError if its files can't be read.
    """
    _allow_many_files()
    try:
        with _opened(folder, limits, memory_limit) as connection:
            found = (_violation(connection, name, path) for name, path in INVARIANTS.items())
            return [violation for violation in found if violation.count]
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise BackendError(f"{folder}: {str(error).partition(chr(10))[0]}") from error


def _allow_many_files() -> None:
    """DuckDB holds each part of a table open, and a long run has thousands: as many as this process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _violation(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> Violation:
    connection.execute(f"create or replace temp table found as {path.read_text(encoding='utf-8')}")
    (count,) = connection.execute("select count(*) from found").fetchall()[0]
    if not count:
        return Violation(name, 0, ())
    answer = connection.sql(f"select columns(*)::varchar from (from found order by all limit {_SAMPLES_MAX})")
    rows = [["null" if value is None else value for value in row] for row in answer.fetchall()]
    return Violation(name, count, tuple(dict(zip(answer.columns, row, strict=True)) for row in rows))


@contextmanager
def _opened(folder: Path, limits: Limits, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The truth's tables as views, in a database that is gone afterwards."""
    with TemporaryDirectory(prefix="sim-invariants-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "threads": 2,  # each takes its part of the memory
            "temp_directory": spill,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=config) as connection:
            connection.execute("set TimeZone = 'UTC'")
            _views(connection, folder, limits)
            yield connection


def _views(connection: duckdb.DuckDBPyConnection, folder: Path, limits: Limits) -> None:
    for view, event_type in _FACTS.items():
        _view(connection, view, parts(folder, "facts", event_type), fact_schema(event_type))
    for view, schema in MOVEMENT_SCHEMAS.items():
        _view(connection, view, parts(folder, "world", view), schema)
    facility = folder / "reference" / "dim_facility.parquet"
    _view(connection, "dim_facility", [facility], pq.read_schema(facility))
    types = [f"select '{name}' as event_type, event_id::uuid as event_id, event_time from {view}"
             for view, name in _FACTS.items()]  # fmt: skip
    connection.execute(f"create temp view fact as {' union all '.join(types)}")
    pings = [f"select event_time, driver_id, vehicle_id from {view}" for view in ("location", "telemetry")]
    connection.execute(f"create temp view ping as {' union all '.join(pings)}")
    names = ", ".join(field.name for field in fields(limits))
    values = ", ".join("?::timestamptz" if isinstance(value, datetime) else "?" for value in astuple(limits))
    connection.execute(f"create temp table limits as select * from (values ({values})) as t ({names})", astuple(limits))


def _view(connection: duckdb.DuckDBPyConnection, name: str, files: list[Path], schema: pa.Schema) -> None:
    if files:
        listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        connection.execute(f"create temp view {name} as from read_parquet([{listed}])")
    else:
        connection.register(name, schema.empty_table())
