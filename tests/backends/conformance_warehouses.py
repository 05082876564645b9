"""What every warehouse must do, whatever it is made of: subclass, and give the fixture. Only the protocol is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from warehouse_rows import PARCELS, WITH_RUNS, lines, parcels

from backends.interface import FIRST_COMMIT, Account, BackendError, Commit, TableSpec, Warehouse

Opened = Callable[[], Warehouse]
BODIES = ["plain", "\x00 \x01", "\u2028\ufeff", "😀\\\"'", "\r\n\t", ""]


def write(
    warehouse: Warehouse,
    tables: Mapping[str, Sequence[pa.RecordBatch]],
    commit: Commit = FIRST_COMMIT,
    bundle_repeat: int = 0,
) -> None:
    """Rows through the sink."""
    runner = FnApiRunner(bundle_repeat=bundle_repeat)
    with beam.Pipeline(runner=runner, options=PipelineOptions([])) as pipeline:
        rows = {name: pipeline | name >> beam.Create(batches) for name, batches in tables.items()}
        rows | warehouse.sink(commit)


FIRST = {"clean.parcels": [parcels(0), parcels(3), parcels(0, 0)], "raw.lines": [lines(BODIES)]}
SCRIPT = """
BEGIN TRANSACTION;
DELETE FROM ops.runs WHERE run_id = @id;
INSERT INTO ops.runs (run_id, `rows`) SELECT @id, COUNT(*) FROM clean.parcels WHERE id < @limit;
COMMIT TRANSACTION;
"""


def rows(warehouse: Warehouse, table: str) -> list[dict[str, object]]:
    return list(warehouse.query(f"SELECT * FROM {table} ORDER BY 1").read_all().to_pylist())


def snapshot(warehouse: Warehouse) -> dict[str, list[dict[str, object]]]:
    return {name: rows(warehouse, name) for name in ("clean.parcels", "raw.lines", "ops.runs", "ops.commits")}


def ids(warehouse: Warehouse) -> list[object]:
    return [row["id"] for row in rows(warehouse, "clean.parcels")]


def head(warehouse: Warehouse) -> str:
    sql = "SELECT commit_id FROM ops.commits ORDER BY number DESC LIMIT 1"
    return str(warehouse.query(sql).read_all()["commit_id"][0].as_py())


class WarehouseConformance:
    """The fixture ``opened`` opens the same warehouse, with the tables ``WITH_RUNS``, each time that it is called."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Opened:
        raise NotImplementedError

    @pytest.fixture
    def filled(self, opened: Opened) -> Opened:
        """With a first commit."""
        write(opened(), FIRST)
        return opened

    @pytest.mark.parametrize("table", WITH_RUNS, ids=lambda table: table.name)
    def test_a_table_without_rows_has_the_right_types(self, opened: Opened, table: TableSpec) -> None:
        empty = opened().query(f"SELECT * FROM {table.name}").read_all()
        assert [(field.name, field.type) for field in empty.schema] == [(f.name, f.type) for f in table.schema]
        assert empty.num_rows == 0

    def test_rows_come_back_as_they_went_in(self, filled: Opened) -> None:
        found = filled().query("SELECT * FROM clean.parcels ORDER BY id").read_all()
        assert found.schema.equals(PARCELS.schema)
        assert found.to_pylist() == parcels(0, 6).to_pylist()
        assert rows(filled(), "raw.lines") == lines(BODIES).to_pylist()

    @pytest.mark.parametrize("bundle_repeat", [0, 2])
    def test_the_same_again_changes_nothing(self, filled: Opened, bundle_repeat: int) -> None:
        once = snapshot(filled())
        write(filled(), FIRST, bundle_repeat=bundle_repeat)
        assert snapshot(filled()) == once
        assert len(once["ops.commits"]) == 1

    def test_bundles_run_three_times_write_once(self, opened: Opened) -> None:
        write(opened(), FIRST, bundle_repeat=2)
        assert ids(opened()) == [0, 1, 2, 3, 4, 5]

    def test_equal_rows_of_two_batches_stay_two(self, opened: Opened) -> None:
        copies = [parcels(0).replace_schema_metadata({"origin": origin}) for origin in ("a", "b")]
        write(opened(), {"clean.parcels": copies})
        assert ids(opened()) == [0, 0, 1, 1, 2, 2]

    def test_a_run_that_fails_shows_nothing(self, opened: Opened) -> None:
        def fail(_: pa.RecordBatch) -> pa.RecordBatch:
            raise ValueError("broken")

        pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
        good = pipeline | "good" >> beam.Create([parcels(0)])
        bad = pipeline | "bad" >> beam.Create([lines(["x"])]) | beam.Map(fail).with_output_types(pa.RecordBatch)
        {"clean.parcels": good, "raw.lines": bad} | opened().sink()
        with pytest.raises(Exception, match="broken"):
            pipeline.run()
        assert not any(snapshot(opened()).values())

    def test_another_run_is_refused(self, filled: Opened) -> None:
        once = snapshot(filled())
        with pytest.raises(BackendError, match="one run"):
            write(filled(), {"clean.parcels": [parcels(10)]})
        assert snapshot(filled()) == once

    def test_or_it_replaces_everything(self, filled: Opened) -> None:
        for _ in range(2):
            write(filled(), {"clean.parcels": [parcels(10, 1)]}, Commit("everything"))
            assert ids(filled()) == [10]
            assert rows(filled(), "raw.lines") == []
            assert [row["number"] for row in rows(filled(), "ops.commits")] == [2]

    def test_rows_are_replaced_and_others_stay(self, filled: Opened) -> None:
        how = Commit({"clean.parcels": pa.table({"id": [1, 4, 77]})}, head(filled()))
        for _ in range(2):
            write(filled(), {"clean.parcels": [parcels(100, 1)]}, how, bundle_repeat=2)
            assert ids(filled()) == [0, 2, 3, 5, 100]
            assert [row["number"] for row in rows(filled(), "ops.commits")] in ([1, 2], [2, 1])
        assert len(rows(filled(), "raw.lines")) == len(BODIES)

    def test_rows_are_named_by_any_columns_and_null_is_a_value(self, filled: Opened) -> None:
        named = pa.table({"id": [0, 3], "ok": pa.array([None, True], pa.bool_())})
        write(filled(), {"clean.parcels": []}, Commit({"clean.parcels": named}, head(filled())))
        assert ids(filled()) == [1, 2, 3, 4, 5]

    def test_nothing_to_replace_is_no_commit(self, filled: Opened) -> None:
        before = snapshot(filled())
        gone = {"clean.parcels": pa.table({"id": [77]})}
        write(filled(), {"clean.parcels": []}, Commit(gone, head(filled())))
        assert snapshot(filled()) == before

    def test_what_was_worked_out_before_another_commit_is_refused(self, filled: Opened) -> None:
        stale = Commit({"clean.parcels": pa.table({"id": [1]})}, head(filled()))
        write(filled(), {"clean.parcels": []}, Commit({"clean.parcels": pa.table({"id": [2]})}, head(filled())))
        with pytest.raises(BackendError, match="another commit"):
            write(filled(), {"clean.parcels": []}, stale)
        assert ids(filled()) == [0, 1, 3, 4, 5]

    def test_an_account_comes_with_the_commit_and_once(self, opened: Opened) -> None:
        commit = Commit(account=Account("ops.runs", _told))
        for _ in range(2):
            write(opened(), FIRST, commit, bundle_repeat=1)
            assert rows(opened(), "ops.runs") == [{"run_id": head(opened()), "rows": 6}]

    def test_what_was_accounted_for_is_not_accounted_for_again(self, opened: Opened) -> None:
        for first in (0, 10, 0):
            account = Account("ops.runs", lambda _, added: {"run_id": "same", "rows": added["clean.parcels"]})
            write(opened(), {"clean.parcels": [parcels(first)]}, Commit("everything", account=account))
        assert rows(opened(), "ops.runs") == [{"run_id": "same", "rows": 3}]

    def test_a_transaction_happens_whole_or_not_at_all(self, filled: Opened) -> None:
        for limit in (2, 5):
            filled().query(SCRIPT, {"id": "a", "limit": limit}).read_all()
            assert rows(filled(), "ops.runs") == [{"run_id": "a", "rows": limit}]
        with pytest.raises(BackendError):
            filled().query(SCRIPT.replace("clean.parcels", "clean.nowhere"), {"id": "a", "limit": 1})
        assert rows(filled(), "ops.runs") == [{"run_id": "a", "rows": 5}]

    def test_statements_leave_alone_what_sinks_have_written(self, filled: Opened) -> None:
        for sql in (
            "BEGIN TRANSACTION; DELETE FROM clean.parcels WHERE TRUE; COMMIT TRANSACTION",
            "CREATE OR REPLACE TABLE clean.parcels AS SELECT 1 AS id",
        ):
            with pytest.raises(BackendError, match="committed"):
                filled().query(sql)
        assert ids(filled()) == [0, 1, 2, 3, 4, 5]

    def test_parameters_are_named_or_in_order(self, opened: Opened) -> None:
        assert opened().query("SELECT @a AS a", {"a": "x"}).read_all().to_pylist() == [{"a": "x"}]
        assert opened().query("SELECT ? AS a", [3]).read_all().to_pylist() == [{"a": 3}]

    @pytest.mark.parametrize(
        "sql", ["SELEC 1", "SELECT 1; SELECT 2", "DROP VIEW clean.parcels", "", "SELECT * FROM no.one"]
    )
    def test_what_cant_be_answered_is_a_backend_error(self, opened: Opened, sql: str) -> None:
        with pytest.raises(BackendError):
            opened().query(sql)

    def test_unknown_tables_are_refused(self, opened: Opened) -> None:
        with pytest.raises(BackendError, match=r"clean\.parcel\b"):
            {"clean.parcel": beam.Pipeline(runner=FnApiRunner()) | beam.Create([1])} | opened().sink()


def _told(commit_id: str, added: Mapping[str, int]) -> Mapping[str, object]:
    return {"run_id": commit_id, "rows": added["clean.parcels"]}
