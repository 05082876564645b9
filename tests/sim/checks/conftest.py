"""A run with every fault, and a warehouse that holds exactly what it must: tests break one thing in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pytest

from backends.interface import TableSpec
from backends.local.event_log import LocalEventLog, read_log
from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.tables import TABLES
from sim.checks.observed import Observed
from sim.checks.scratch import Scratch, open_scratch
from sim.expected import Expected, Terms, expected_tables
from sim.expected.tokens import TokenKey
from sim.faults import (
    ClockSkew,
    Corrupt,
    Delay,
    Drift,
    Drop,
    Duplicate,
    Hotspot,
    Offline,
    Poison,
    Replay,
    WindowEdge,
)
from sim.generation.generate import generate
from sim.generation.options import Options
from sim.ledger import Ledger
from sim.run_folder import RunFolder
from sim.scenario import Platform, Scenario
from sim.scenario_parts.producers import (
    CarrierFeed,
    DriverApp,
    Firmware,
    HandScanner,
    HotKey,
    OrderSystem,
    Producers,
    TelematicsGateway,
)
from sim.truth import Truth
from sim.units import Duration, Share

MINUTE = 60 * 1_000_000
KEYS = (TokenKey("k1", bytes(range(32))),)
FAULTS = (
    Duplicate(share=Share(0.03)),
    Duplicate(share=Share(0.02), copy="changed"),
    Duplicate(share=Share(0.05), copy="new_id"),
    Offline(share=Share(0.3), shortest=Duration(5 * MINUTE), longest=Duration(90 * MINUTE)),
    Delay(share=Share(0.05), longest=Duration(8 * MINUTE)),
    Drift(change="add_field", event_type="vehicle.telemetry", field="cabin_c", share=Share(0.5)),
    Drift(
        change="break_type", event_type="driver.location", field="geo.lat", share=Share(1), after=Duration(480 * MINUTE)
    ),
    Corrupt(share=Share(0.02)),
    Hotspot(share=Share(0.1)),
    Drop(share=Share(0.02)),
    Poison(share=Share(0.01), producers=("hand_scanner", "carrier_feed")),
    ClockSkew(share=Share(0.5), offset=Duration(90 * MINUTE), direction="behind", producers=("hand_scanner",)),
    Replay(after=Duration(300 * MINUTE), until=Duration(330 * MINUTE), at=Duration(400 * MINUTE)),
    WindowEdge(share=Share(0.02)),
)
PRODUCERS = Producers(
    driver_app=DriverApp(lost_acknowledgement=Share(0.02), wrong_clock=Share(0.3)),
    hand_scanner=HandScanner(double_read=Share(0.05), batch_upload=Share(0.3)),
    carrier_feed=CarrierFeed(format="avro", file_every=Duration(60 * MINUTE), file_again=Share(0.3)),
    telematics_gateway=TelematicsGateway(
        crash_every=Duration(300 * MINUTE),
        firmware=(
            Firmware("version_2", Duration(0), Duration(120 * MINUTE), Share(0.8)),
            Firmware("break_type", Duration(240 * MINUTE), Duration(300 * MINUTE), Share(0.5), "odometer_km"),
        ),
    ),
    order_system=OrderSystem(hot_keys=(HotKey("acme", Duration(60 * MINUTE), Duration(120 * MINUTE)),)),
)


@dataclass(frozen=True)
class Generated:
    """What a run makes before the pipeline starts, and what the tables must be."""

    scenario: Scenario
    truth: Truth
    ledger: Ledger
    folder: RunFolder
    expected: Expected

    def messages(self) -> pa.Table:
        return pa.Table.from_batches(read_log(self.folder.log))


class MemoryWarehouse:
    """Answers queries from tables in memory."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self._connection = duckdb.connect()
        for name, rows in tables.items():
            self._connection.execute(f"create schema if not exists {name.split('.')[0]}")
            self._connection.register("rows", rows)
            self._connection.execute(f"create table {name} as from rows")
            self._connection.unregister("rows")

    def change(self, sql: str) -> None:
        self._connection.execute(sql)

    def one(self, sql: str) -> dict[str, Any]:
        return self._connection.sql(sql).to_arrow_table().to_pylist()[0]

    def query(self, sql: str) -> pa.RecordBatchReader:
        return self._connection.sql(sql).to_arrow_reader()


@pytest.fixture(scope="session")
def messy(small_scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    scenario = msgspec.structs.replace(
        small_scenario, platform=Platform(allowed_lateness=Duration(10 * MINUTE)), producers=PRODUCERS, faults=FAULTS
    )
    return generated(scenario, tmp_path_factory.mktemp("messy"))


@pytest.fixture
def run_of(small_scenario: Scenario, tmp_path: Path) -> Callable[..., Generated]:
    """Makes a run of the small scenario with these changes."""
    return lambda **changes: generated(msgspec.structs.replace(small_scenario, **changes), tmp_path)


def generated(scenario: Scenario, path: Path) -> Generated:
    folder = RunFolder(path)
    generate(scenario, folder, LocalEventLog(folder.log, scenario.platform.log_partitions), Options())
    truth, ledger = Truth.read(folder.truth), Ledger.read(folder.ledger)
    return Generated(scenario, truth, ledger, folder, expected_tables(truth, ledger, Terms.of(scenario, KEYS)))


@pytest.fixture(scope="session")
def right_tables(messy: Generated) -> dict[str, pa.Table]:
    return tables_of(messy)


def tables_of(run: Generated) -> dict[str, pa.Table]:
    """Every table as a right pipeline writes it."""
    tables = {name: with_all_columns(TABLES[name], rows) for name, rows in run.expected.tables.items()}
    tables["clean.events"] = tables["clean.events"].set_column(
        TABLES["clean.events"].schema.get_field_index("payload"), "payload", pa.array(_payloads(run.expected))
    )
    tables["raw.messages"] = _raw(run)
    rejected = tables["clean.rejected"]
    at = rejected.schema.get_field_index("reason")
    tables["clean.rejected"] = rejected.set_column(at, "reason", pa.array(["worded somehow"] * rejected.num_rows))
    tables["ops.runs"] = pa.Table.from_pylist([_own_row(run)], TABLES["ops.runs"].schema)
    return {name: spec.schema.empty_table() for name, spec in TABLES.items()} | tables


def _own_row(run: Generated) -> dict[str, Any]:
    """Of the run that made the tables, as a batch."""
    began, seconds = datetime(2026, 3, 5, tzinfo=UTC), timedelta(seconds=9)
    told = {"run_id": "1", "command": "run", "mode": "batch", "started_at": began, "finished_at": began + seconds}
    counts = {"messages": run.ledger.messages.num_rows, "rows": 9}
    key_ids = " ".join(key.id for key in KEYS)
    return {**told, **counts, "key_ids": key_ids, "settings": "{}", "stage_seconds": "{}"}


def with_all_columns(spec: TableSpec, rows: pa.Table) -> pa.Table:
    """What the expected table leaves to the pipeline, as nothing."""
    return pa.table(
        {f.name: rows[f.name] if f.name in rows.column_names else pa.nulls(len(rows), f.type) for f in spec.schema}
    )


def _payloads(expected: Expected) -> list[str]:
    """In order of ``clean.events``, which is by event type as the payloads are."""
    texts = []
    for event_type, rows in expected.payloads.items():
        leaves = payload_leaves(event_type, latest_version(event_type))
        for row in rows.to_pylist():
            payload: dict[str, Any] = {}
            for leaf in leaves:
                *outer, last = leaf.path
                if row[leaf.column] is not None:
                    (payload.setdefault(outer[0], {}) if outer else payload)[last] = row[leaf.column]
            texts.append(msgspec.json.encode(payload).decode())
    return texts


def _raw(run: Generated) -> pa.Table:
    messages = run.messages()
    rows = []
    for row in messages.to_pylist():
        try:
            body = {"body": row["value"].decode(), "body_base64": None}
        except UnicodeDecodeError:
            body = {"body": None, "body_base64": msgspec.to_builtins(row["value"])}
        attributes = dict(row["attributes"])
        place = {"log_partition": row["partition"], "log_offset": row["offset"]}
        kept = {name: row[name] for name in ("ingest_time", "key")}
        text = msgspec.json.encode(attributes).decode()
        day = {"event_type": attributes["event_type"], "ingest_date": row["ingest_time"].date()}
        rows.append({**place, **kept, "attributes": text, **body, **day})
    return pa.Table.from_pylist(rows, TABLES["raw.messages"].schema)


@pytest.fixture
def warehouse(right_tables: dict[str, pa.Table]) -> MemoryWarehouse:
    return MemoryWarehouse(right_tables)


@pytest.fixture
def scratch(messy: Generated) -> Iterator[Scratch]:
    with open_scratch() as scratch:
        scratch.load_ledger(messy.ledger)
        yield scratch


@pytest.fixture
def observed(warehouse: MemoryWarehouse, scratch: Scratch) -> Observed:
    return Observed(warehouse, scratch)


@pytest.fixture
def right_tables_of() -> Callable[[Generated], dict[str, pa.Table]]:
    return tables_of


@pytest.fixture
def memory_warehouse() -> Callable[[dict[str, pa.Table]], MemoryWarehouse]:
    return MemoryWarehouse


@pytest.fixture
def token_keys() -> tuple[TokenKey, ...]:
    return KEYS
