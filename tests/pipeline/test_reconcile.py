"""Reconciliation finds the days of marts that late data changed, rebuilds those and no others, and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pipeline_messages import HOUR, MINUTE, START, appended, created, event, reference, scan, status, telemetry
from warehouse_content import digests, snapshot

from backends.interface import Commit, TableSpec
from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.batch.account import Asked
from pipeline.batch.compare import differences
from pipeline.batch.days import Days
from pipeline.batch.reconcile import reconcile
from pipeline.batch.recount import recount
from pipeline.build import Settings, run
from pipeline.commands import Committing
from pipeline.contract.tables import DRIVER_BEHAVIOR_DAILY, FACILITY_THROUGHPUT, KPI_5MIN, MARTS, TABLES
from pipeline.marts import build_marts

DAY = 24 * HOUR
FIRST, SECOND, THIRD = (date(2026, 3, 2 + n) for n in range(3))
ON_TIME = [
    appended([event(created(f"S{n}"), f"c{n}", at=START + n * DAY) for n in range(3)], START + 3 * DAY),
    appended([event(telemetry(), f"t{n}", at=START + n * DAY) for n in range(3)], START + 3 * DAY),
    appended([event(status(f"S{n}", "exception"), f"x{n}", at=START + n * DAY) for n in range(3)], START + 3 * DAY),
    appended([event(scan(), f"n{n}", at=START + n * MINUTE) for n in range(3)], START + 4 * MINUTE),
]
LATE = appended(
    [
        event(status("S1", "exception"), "late1", at=START + DAY + HOUR),
        event(telemetry(speed_kmh=77.0), "late2", at=START + DAY),
        event(status("S1", "delivered"), "late3", at=START + DAY + 2 * HOUR),
    ],
    START + 5 * DAY,
)
ASKED = Asked("reconcile", datetime(2026, 4, 1, tzinfo=UTC), {})


@pytest.fixture
def warehouse(tmp_path: Path, settings: Settings) -> LocalWarehouse:
    """What a first log came to, with its marts; then the log has grown by late data, and replaced it."""
    return grown(tmp_path, settings)


def grown(tmp_path: Path, settings: Settings) -> LocalWarehouse:
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    process(tmp_path, warehouse, settings, ON_TIME)
    build_marts(warehouse)
    process(tmp_path, warehouse, settings, [LATE])
    return warehouse


def process(tmp_path: Path, warehouse: LocalWarehouse, settings: Settings, messages: Sequence[pa.RecordBatch]) -> None:
    with LocalEventLog(tmp_path / "log", 2) as log:
        for batch in messages:
            log.append(batch)
    run(log, Committing(warehouse, Commit("everything")), reference(), settings)


def marts(warehouse: LocalWarehouse) -> dict[str, list[str]]:
    return snapshot(warehouse, MARTS)


def test_exactly_the_days_that_late_data_touched_are_rebuilt(warehouse: LocalWarehouse) -> None:
    found = {(row["table_name"], row["partition_date"]): row for row in reconcile(warehouse, ASKED)}
    assert set(found) == {
        ("curated.mart_shipments_daily", SECOND),
        ("curated.mart_on_time_performance", SECOND),
        ("curated.mart_exceptions", SECOND),
        ("features.driver_behavior_daily", SECOND),
    }
    delivered = found["curated.mart_on_time_performance", SECOND]
    assert [delivered[name] for name in ("rows_before", "rows_after", "rows_changed", "late_events")] == [0, 1, 1, 6]
    assert all(row["action"] == "rebuilt" for row in found.values())
    written = warehouse.query("SELECT * FROM ops.recon_results").read_all()
    assert sorted(map(str, written.to_pylist())) == sorted(map(str, found.values()))
    assert [(f.name, f.type) for f in written.schema] == [(f.name, f.type) for f in TABLES["ops.recon_results"].schema]


def test_after_it_the_marts_are_as_if_built_now(warehouse: LocalWarehouse) -> None:
    reconcile(warehouse, ASKED)
    reconciled = marts(warehouse)
    build_marts(warehouse)
    assert marts(warehouse) == reconciled


def test_twice_changes_nothing(warehouse: LocalWarehouse, tmp_path: Path) -> None:
    reconcile(warehouse, ASKED)
    once = digests(tmp_path / "warehouse")
    assert reconcile(warehouse, ASKED) == []
    assert digests(tmp_path / "warehouse") == once
    assert warehouse.query("SELECT command FROM ops.runs").read_all()["command"].to_pylist() == ["reconcile"]


def test_only_days_in_the_range_are_looked_at(warehouse: LocalWarehouse) -> None:
    before = marts(warehouse)
    assert reconcile(warehouse, ASKED, Days(FIRST, FIRST)) == []
    assert marts(warehouse) == before
    assert len(reconcile(warehouse, ASKED, Days(SECOND, THIRD))) == 4


def test_a_hand_that_slipped_is_found_and_other_days_are_not_touched(warehouse: LocalWarehouse) -> None:
    reconcile(warehouse, ASKED)
    whole = marts(warehouse)
    warehouse.query(
        "BEGIN TRANSACTION; DELETE FROM curated.mart_exceptions WHERE exception_date = DATE '2026-03-04'; "
        "DELETE FROM features.driver_behavior_daily WHERE TRUE; COMMIT TRANSACTION"
    )
    found = [(row["table_name"], row["partition_date"]) for row in reconcile(warehouse, ASKED)]
    assert found == [
        ("curated.mart_exceptions", THIRD),
        *[("features.driver_behavior_daily", day) for day in (FIRST, SECOND, THIRD)],
    ]
    assert marts(warehouse) == whole


def test_windows_that_disagree_are_reported_once_and_not_changed(warehouse: LocalWarehouse, tmp_path: Path) -> None:
    reconcile(warehouse, ASKED)
    wrong = warehouse.query("SELECT * FROM curated.kpi_5min LIMIT 1").read_all().select(KPI_5MIN.keys)
    head = warehouse.query("SELECT commit_id FROM ops.commits").read_all()["commit_id"][0].as_py()
    warehouse.commit([], Commit({KPI_5MIN.name: wrong}, after=head))
    kpis = snapshot(warehouse, [KPI_5MIN])
    (row,) = reconcile(warehouse, ASKED)
    assert (row["table_name"], row["action"], row["rows_changed"]) == ("curated.kpi_5min", "reported", 1)
    once = digests(tmp_path / "warehouse")
    assert reconcile(warehouse, ASKED) == [row], "it is told again"
    assert digests(tmp_path / "warehouse") == once, "and written once"
    assert snapshot(warehouse, [KPI_5MIN]) == kpis


@pytest.mark.parametrize("table", [KPI_5MIN, FACILITY_THROUGHPUT], ids=lambda table: table.name)
def test_windows_counted_anew_are_what_the_stream_counted(warehouse: LocalWarehouse, table: TableSpec) -> None:
    columns = ", ".join(table.schema.names)
    counted = warehouse.query(f"SELECT {columns} FROM (\n{recount(table)}\n) AS counted").read_all()
    assert sorted(map(str, counted.to_pylist())) == snapshot(warehouse, [table])[table.name]
    assert [(f.name, f.type) for f in counted.schema] == [(f.name, f.type) for f in table.schema]
    assert counted.num_rows


def test_only_the_days_asked_for_are_built(warehouse: LocalWarehouse) -> None:
    before = marts(warehouse)
    build_marts(warehouse, days=Days(THIRD, THIRD))
    assert marts(warehouse) == before, "nothing has changed on that day"
    build_marts(warehouse, days=Days(SECOND, SECOND))
    some = marts(warehouse)
    build_marts(warehouse)
    assert some == marts(warehouse) != before


def test_sums_in_another_order_are_no_difference_but_others_are() -> None:
    row = {"event_date": FIRST, "driver_id": "D", "readings": 1, "harsh_brakes": 0, "speed_kmh_max": 1.0}
    schema = DRIVER_BEHAVIOR_DAILY.schema

    def mart(mean: float | None, **changes: object) -> pa.Table:
        return pa.Table.from_pylist([row | {"speed_kmh_mean": mean, "distance_km": 0.0} | changes], schema)

    def changed(other: pa.Table) -> list[int]:
        return [found.rows_changed for found in differences(DRIVER_BEHAVIOR_DAILY, mart(0.1 + 0.2), other)]

    assert changed(mart(0.3)) == []
    assert changed(mart(0.3000001)) == [1]
    assert changed(mart(None)) == [1]
    assert changed(mart(0.3, readings=2)) == [1]
    assert changed(mart(0.3, driver_id="E")) == [2]
    assert changed(mart(0.3).slice(1)) == [1]
