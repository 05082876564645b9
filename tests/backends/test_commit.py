"""A warehouse takes more than one commit, each saying what it replaces; doing it again changes nothing."""

from pathlib import Path

import pyarrow as pa
import pytest
from warehouse_rows import PARCELS, RAW, commits, head, ids, lines, parcels
from warehouse_rows import WITH_RUNS as TABLES

from backends.interface import BackendError, Commit
from backends.local.data_file import write_files
from backends.local.warehouse import LocalWarehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> LocalWarehouse:
    """Parcels 0 to 5 in two files, and three lines."""
    warehouse = LocalWarehouse(tmp_path, TABLES)
    warehouse.commit(
        [
            *write_files(tmp_path, PARCELS, parcels(0)),
            *write_files(tmp_path, PARCELS, parcels(3)),
            *write_files(tmp_path, RAW, lines(["x", "y", "z"])),
        ]
    )
    return warehouse


def without(warehouse: LocalWarehouse, *gone: int) -> Commit:
    return Commit({"clean.parcels": pa.table({"id": list(gone)})}, after=head(warehouse))


def test_rows_are_replaced_and_others_stay(warehouse: LocalWarehouse, tmp_path: Path) -> None:
    how = without(warehouse, 1, 4, 77)
    for _ in range(2):
        warehouse.commit(write_files(tmp_path, PARCELS, parcels(100, 1)), how)
        assert ids(warehouse) == [0, 2, 3, 5, 100]
        assert len(commits(warehouse)) == 2, "the same again changes nothing"
    assert warehouse.query("SELECT * FROM raw.lines").read_all().num_rows == 3
    files = warehouse.query("SELECT rows FROM ops.files WHERE table_name = 'clean.parcels'").read_all()
    assert sorted(files["rows"].to_pylist()) == [1, 2, 2]


def test_only_files_that_hold_a_row_are_written_anew(warehouse: LocalWarehouse, tmp_path: Path) -> None:
    def files() -> set[str]:
        return set(warehouse.query("SELECT path FROM ops.files").read_all()["path"].to_pylist())

    before = files()
    warehouse.commit([], without(warehouse, 0, 1, 2))
    assert files() < before
    assert len(before - files()) == 1
    assert ids(warehouse) == [3, 4, 5]


def test_rows_leave_partitioned_json_lines_too(warehouse: LocalWarehouse) -> None:
    gone = pa.table({"kind": ["a.b/0"], "body": ["z"]})
    warehouse.commit([], Commit({"raw.lines": gone}, after=head(warehouse)))
    assert warehouse.query("SELECT body FROM raw.lines ORDER BY n").read_all()["body"].to_pylist() == ["x", "y"]


def test_the_rest_of_two_equal_files_is_two_files(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    copies = [parcels(0).replace_schema_metadata({"origin": origin}) for origin in ("a", "b")]
    warehouse.commit(file for copy in copies for file in write_files(tmp_path, PARCELS, copy))
    warehouse.commit([], without(warehouse, 1))
    assert ids(warehouse) == [0, 0, 2, 2]


def test_a_first_run_is_known_again_but_not_after_another_has_replaced_it(
    warehouse: LocalWarehouse, tmp_path: Path
) -> None:
    def first() -> list[object]:
        return [*write_files(tmp_path, PARCELS, parcels(100, 1))]

    warehouse.commit(first(), Commit("everything"))
    warehouse.commit([], without(warehouse, 100))
    warehouse.commit(first())
    assert ids(warehouse) == [], "what came after the run is not undone"
    warehouse.commit(first(), Commit("everything"))
    assert ids(warehouse) == [100], "but here it was asked for"
    warehouse.commit(write_files(tmp_path, PARCELS, parcels(7, 1)), Commit("everything"))
    with pytest.raises(BackendError, match="let this one replace it, or name another folder"):
        warehouse.commit(first())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("BEGIN TRANSACTION; DELETE FROM ops.runs WHERE TRUE", "must end with COMMIT"),
        ("BEGIN TRANSACTION", "must end with COMMIT"),
        ("BEGIN TRANSACTION; DROP VIEW ops.runs; COMMIT TRANSACTION", "INSERT and DELETE, not DROP"),
        ("BEGIN TRANSACTION; DELETE FROM clean.parcels WHERE TRUE; COMMIT TRANSACTION", "committed files"),
        ("DELETE FROM ops.runs WHERE TRUE", "not DELETE"),
    ],
)
def test_what_is_no_transaction_is_refused(warehouse: LocalWarehouse, script: str, said: str) -> None:
    with pytest.raises(BackendError, match=said):
        warehouse.query(script)
    assert ids(warehouse) == [0, 1, 2, 3, 4, 5]
