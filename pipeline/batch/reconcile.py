"""Days of marts that late data have changed since they were built: found by comparing, and rebuilt; nothing else is.

What stands in a mart is compared with what its SELECT says now. So it does not matter why they differ: events that came
late, a run that replaced another, a backfill, or a hand that slipped. The windows that the stream counted are compared
too, and only reported: they are mended where their events are, by a backfill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from backends.interface import TableSpec, Warehouse
from pipeline.batch.account import Asked, insert_run
from pipeline.batch.compare import Difference, differences
from pipeline.batch.days import ALL_DAYS, Days, day_of
from pipeline.batch.last_commit import last_commit
from pipeline.batch.recount import recount
from pipeline.contract.tables import KPI_5MIN, MARTS, RECON_RESULTS
from pipeline.marts import on_days, rebuilt, select, transaction

REBUILT, REPORTED = "rebuilt", "reported"


def reconcile(warehouse: Warehouse, asked: Asked, days: Days = ALL_DAYS) -> list[dict[str, object]]:
    """Rebuild the days that differ. Gives a row of ``ops.recon_results`` for each, also for those known already.

    A mart that has no days is rebuilt whole where it differs, and has no row. Twice changes nothing.
    """
    found = {mart: _compared(warehouse, mart, select(mart), days) for mart in MARTS}
    reported = _compared(warehouse, KPI_5MIN, recount(KPI_5MIN), days)
    run_id = asked.run_id(last_commit(warehouse), days, *[repr(one) for one in (*_all(found), *reported)])
    late = _late_events(warehouse)
    rows = [_row(run_id, one, late, REBUILT) for one in _all(found) if one.day]
    told = [_row(run_id, one, late, REPORTED) for one in reported]
    news = [row for row in told if not _is_known(warehouse, row)]
    if any(found.values()) or news:
        _write(warehouse, found, [*rows, *news], asked.told(run_id, 0, sum(one.rows_after for one in _all(found))))
    return [*rows, *told]


def _compared(warehouse: Warehouse, table: TableSpec, should: str, days: Days) -> list[Difference]:
    columns = ", ".join(f"`{name}`" for name in table.schema.names)
    day = day_of(table)
    where = f"WHERE {day} BETWEEN @first_day AND @last_day" if day else ""
    given: Mapping[str, object] = days.parameters if day else {}
    stands, says = (
        warehouse.query(f"SELECT {columns} FROM {rows} {where}", given).read_all()
        for rows in (table.name, f"(\n{should}\n) AS counted")
    )
    return differences(table, stands, says)


def _all(found: Mapping[TableSpec, Sequence[Difference]]) -> list[Difference]:
    return [one for of_mart in found.values() for one in of_mart]


def _late_events(warehouse: Warehouse) -> dict[date, int]:
    """How many events of each UTC day came late or too late."""
    rows = warehouse.query(
        "SELECT DATE(event_time) AS day, COUNT(*) AS late FROM clean.events WHERE lateness <> 'on_time' GROUP BY 1"
    )
    return {row["day"]: row["late"] for row in rows.read_all().to_pylist()}


def _row(run_id: str, found: Difference, late: Mapping[date, int], action: str) -> dict[str, object]:
    day = found.day or date.min
    counts = (found.rows_before, found.rows_after, found.rows_changed, late.get(day, 0))
    return dict(zip(RECON_RESULTS.schema.names, (run_id, found.table, day, *counts, action), strict=True))


def _is_known(warehouse: Warehouse, row: Mapping[str, object]) -> bool:
    """Whether a difference was reported before, just as it is."""
    same = " AND ".join(f"`{name}` = @{name}" for name in row if name != "run_id")
    given = {name: value for name, value in row.items() if name != "run_id"}
    known: pa.Table = warehouse.query(f"SELECT run_id FROM {RECON_RESULTS.name} WHERE {same}", given).read_all()
    return bool(known.num_rows)


def _write(
    warehouse: Warehouse,
    found: Mapping[TableSpec, Sequence[Difference]],
    rows: Sequence[Mapping[str, object]],
    run: Mapping[str, object],
) -> None:
    statements: list[str] = []
    parameters: dict[str, object] = dict(run)
    for m, (mart, of_mart) in enumerate(found.items()):
        days = {f"day_{m}_{n}": one.day for n, one in enumerate(of_mart)}
        parameters |= days
        statements += rebuilt(mart, on_days(mart, days)) if of_mart else []
    for n, row in enumerate(rows):
        parameters |= {f"{name}_{n}": value for name, value in row.items()}
        statements += _entered(n)
    transaction(warehouse, [*statements, insert_run()], parameters)


def _entered(n: int) -> list[str]:
    """GoogleSQL that enters the n-th row, and takes out the one that says the same from an earlier time."""
    same = " AND ".join(f"`{name}` = @{name}_{n}" for name in RECON_RESULTS.keys)
    columns = ", ".join(f"`{name}`" for name in RECON_RESULTS.schema.names)
    values = ", ".join(f"@{name}_{n}" for name in RECON_RESULTS.schema.names)
    return [
        f"DELETE FROM {RECON_RESULTS.name} WHERE {same}",
        f"INSERT INTO {RECON_RESULTS.name} ({columns}) SELECT {values}",
    ]
