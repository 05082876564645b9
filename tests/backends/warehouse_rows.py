"""Tables, rows and work for the tests of warehouses. Run as a script, it does one piece of work when it is told to go.

It imports no Beam: a child process that only commits starts in a fraction of the time.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from backends.interface import TIMESTAMP, Commit, TableSpec
from backends.local.data_file import write_files
from backends.local.warehouse import LocalWarehouse

PARCELS = TableSpec(
    "clean.parcels",
    pa.schema([("id", pa.int64()), ("name", pa.string()), ("at", TIMESTAMP), ("kg", pa.float64()), ("ok", pa.bool_())]),
    ("id",),
    "Parcels.",
)
RAW = TableSpec(
    "raw.lines",
    pa.schema([("n", pa.int64()), ("body", pa.string()), ("kind", pa.string()), ("day", pa.date32())]),
    ("n",),
    "Lines.",
    partition_by=("kind", "day"),
    file_format="jsonl.gz",
)
MART = TableSpec("curated.mart", pa.schema([("id", pa.int64())]), ("id",), "A mart.")
TABLES = (PARCELS, RAW, MART)


def parcels(first: int, rows: int = 3) -> pa.RecordBatch:
    at = datetime(2026, 3, 2, 4, 0, 0, 1, tzinfo=UTC)
    return pa.RecordBatch.from_pylist(
        [{"id": n, "name": f"p'{n}", "at": at, "kg": 0.1 * n, "ok": None} for n in range(first, first + rows)],
        schema=PARCELS.schema,
    )


def lines(bodies: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(
        [
            {"n": n, "body": body, "kind": f"a.b/{n % 2}", "day": date(2026, 3, 2 + n % 3)}
            for n, body in enumerate(bodies)
        ],
        schema=RAW.schema,
    )


RUNS = TableSpec("ops.runs", pa.schema([("run_id", pa.string()), ("rows", pa.int64())]), ("run_id",), "Runs.")
WITH_RUNS = (PARCELS, RAW, RUNS)


def ids(warehouse: LocalWarehouse) -> list[int]:
    return list(warehouse.query("SELECT id FROM clean.parcels ORDER BY id").read_all()["id"].to_pylist())


def commits(warehouse: LocalWarehouse) -> list[tuple[str, int]]:
    found = warehouse.query("SELECT commit_id, number FROM ops.commits ORDER BY number").read_all().to_pylist()
    return [(row["commit_id"], row["number"]) for row in found]


def head(warehouse: LocalWarehouse) -> str:
    return commits(warehouse)[-1][0]


def first(folder: Path, warehouse: LocalWarehouse) -> None:
    """A first commit of two files."""
    batches = (parcels(0), parcels(3))
    warehouse.commit([file for batch in batches for file in write_files(folder, PARCELS, batch)])


def change(folder: Path, warehouse: LocalWarehouse) -> None:
    """A row of the first commit replaced by another."""
    files = list(write_files(folder, PARCELS, parcels(100, 1)))
    warehouse.commit(files, Commit({"clean.parcels": pa.table({"id": [1]})}, commits(warehouse)[0][0]))


def rebuild(_: Path, warehouse: LocalWarehouse) -> None:
    """A table built anew in a transaction."""
    warehouse.query(
        "BEGIN TRANSACTION; DELETE FROM ops.runs WHERE TRUE; INSERT INTO ops.runs (run_id, `rows`) "
        "SELECT 'a', COUNT(*) FROM clean.parcels; COMMIT TRANSACTION"
    )


WORK = {"first": first, "change": change, "rebuild": rebuild}

if __name__ == "__main__":
    _folder, _warehouse = Path(sys.argv[1]), LocalWarehouse(Path(sys.argv[1]), WITH_RUNS)
    print("ready", flush=True)
    sys.stdin.readline()
    WORK[sys.argv[2]](_folder, _warehouse)
