"""The local warehouse: commits are whole and idempotent, and any DuckDB client sees them."""

import base64
import shutil
import subprocess
import sys
from pathlib import Path

import apache_beam as beam
import duckdb
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from warehouse_rows import MART, PARCELS, RAW, TABLES, lines, parcels

from backends.interface import BackendError, TableSpec
from backends.local.data_file import write_files
from backends.local.warehouse import LocalWarehouse


def write(warehouse: LocalWarehouse, *, bundle_repeat: int = 0) -> None:
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=bundle_repeat), options=PipelineOptions([])) as pipeline:
        tables = {
            "clean.parcels": pipeline | "parcels" >> beam.Create([parcels(0), parcels(3), parcels(0, 0)]),
            "raw.lines": pipeline | "lines" >> beam.Create([lines(["x", "y", "z"])]),
        }
        tables | warehouse.sink()


def snapshot(warehouse: LocalWarehouse) -> dict[str, list[dict[str, object]]]:
    return {
        name: warehouse.query(f"SELECT * FROM {name} ORDER BY 1, 2").read_all().to_pylist()
        for name in ("clean.parcels", "raw.lines", "ops.files", "ops.commits")
    }


def test_what_is_written_is_read_with_the_same_types(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    write(warehouse)
    read = warehouse.query("SELECT * FROM clean.parcels ORDER BY id").read_all()
    assert read.schema == PARCELS.schema
    assert read.to_pylist() == parcels(0, 6).to_pylist()
    assert (
        warehouse.query("SELECT * FROM raw.lines ORDER BY n").read_all().to_pylist()
        == lines(["x", "y", "z"]).to_pylist()
    )


def test_json_lines_keep_every_character(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    bodies = [
        "\x00 \x01",
        "\u2028\ufeff",
        "😀\\\"'",
        "\r\n\t",
        base64.b64encode(b"\xff").decode(),
        "",
        "[" * 13_400_000,
    ]
    warehouse.commit(write_files(tmp_path, RAW, lines(bodies)))
    read = warehouse.query("SELECT body FROM raw.lines ORDER BY n").read_all()["body"].to_pylist()
    assert read == bodies


def test_files_are_in_no_table_before_the_commit(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    files = list(write_files(tmp_path, PARCELS, parcels(0)))
    assert warehouse.query("SELECT * FROM clean.parcels").read_all().num_rows == 0
    warehouse.commit(files)
    assert warehouse.query("SELECT * FROM clean.parcels").read_all().num_rows == 3


@pytest.mark.parametrize("moment", ["before", "within"])
def test_a_killed_commit_leaves_the_old_state(tmp_path: Path, moment: str) -> None:
    old = snapshot(LocalWarehouse(tmp_path, TABLES))
    script = f"""
import os, sys
from pathlib import Path
sys.path[:0] = {[str(Path(__file__).parent)]!r}
import backends.local.commit as commit
from warehouse_rows import LocalWarehouse, PARCELS, TABLES, parcels, write_files
def die(*_): os.kill(os.getpid(), 9)
if {moment!r} == "within": commit.make_views = die
warehouse = LocalWarehouse(Path({str(tmp_path)!r}), TABLES)
files = list(write_files(Path({str(tmp_path)!r}), PARCELS, parcels(10)))
if {moment!r} == "before": die()
warehouse.commit(files)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert snapshot(LocalWarehouse(tmp_path, TABLES)) == old
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_any_duckdb_client_reads_it_also_after_a_move(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path / "here", TABLES)
    write(warehouse)
    shutil.move(tmp_path / "here", tmp_path / "there")
    LocalWarehouse(tmp_path / "there", TABLES)
    with duckdb.connect(tmp_path / "there" / "warehouse.duckdb", read_only=True) as client:
        assert client.execute("SELECT count(*) FROM clean.parcels").fetchone() == (6,)
        assert client.execute("SELECT count(*) FROM raw.lines WHERE kind = 'a.b/1'").fetchone() == (1,)


@pytest.mark.parametrize("harm", ["missing", "broken"])
def test_a_file_that_cant_be_read_spoils_its_own_table_only(tmp_path: Path, harm: str) -> None:
    write(LocalWarehouse(tmp_path / "here", TABLES))
    shutil.move(tmp_path / "here", tmp_path / "there")
    files = list((tmp_path / "there" / "clean" / "parcels").iterdir())
    whole = [file.read_bytes() for file in files]
    for file in files:
        file.unlink() if harm == "missing" else file.write_bytes(b"no Parquet")
    warehouse = LocalWarehouse(tmp_path / "there", TABLES)
    assert warehouse.query("SELECT * FROM raw.lines").read_all().num_rows == 3
    for sql in (
        "SELECT * FROM clean.parcels",
        "SELECT COUNT(*) AS n FROM clean.parcels",
        "SELECT id FROM clean.parcels",
        "SELECT id FROM clean.parcels WHERE id = 1",
        "SELECT COUNT(*) AS n FROM clean.parcels WHERE id IS NOT NULL",
    ):
        with pytest.raises(BackendError, match=r"clean\.parcels: .*part-.*; put the file back"):
            warehouse.query(sql).read_all()
    for file, content in zip(files, whole, strict=True):
        file.write_bytes(content)
    again = LocalWarehouse(tmp_path / "there", TABLES)
    assert again.query("SELECT * FROM clean.parcels").read_all().num_rows == 6


@pytest.mark.parametrize("name", ["a[b]c", "a*", "{a,b}", "it's", "a%20b #1"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    warehouse = LocalWarehouse(tmp_path / name, TABLES)
    write(warehouse)
    write(LocalWarehouse(tmp_path / "ab", TABLES))
    assert warehouse.query("SELECT * FROM clean.parcels").read_all().num_rows == 6
    assert warehouse.query("SELECT * FROM raw.lines").read_all().num_rows == 3


def test_but_a_name_that_duckdb_cant_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="name another folder"):
        LocalWarehouse(tmp_path / "a?", TABLES)
    assert not (tmp_path / "a?").exists()


def test_create_table_replaces_the_empty_view_and_survives_commits(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    for _ in range(2):
        warehouse.query("CREATE OR REPLACE TABLE curated.mart AS SELECT id FROM clean.parcels")
        write(warehouse)
    assert warehouse.query("SELECT count(*) AS n FROM curated.mart").read_all()["n"].to_pylist() == [6]
    LocalWarehouse(tmp_path, (*TABLES, TableSpec("curated.new", MART.schema, ("id",), "")))
    assert warehouse.query("SELECT count(*) AS n FROM curated.mart").read_all()["n"].to_pylist() == [6]


def test_a_failed_create_changes_nothing(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    with pytest.raises(BackendError, match="nowhere"):
        warehouse.query("CREATE OR REPLACE TABLE curated.mart AS SELECT * FROM nowhere")
    assert warehouse.query("SELECT * FROM curated.mart").read_all().num_rows == 0


def test_a_query_leaves_no_lock_behind(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    assert warehouse.query("SELECT 1 AS n").read_all().num_rows == 1
    warehouse.commit(write_files(tmp_path, PARCELS, parcels(0)))
    script = f"import duckdb; print(duckdb.connect({str(tmp_path / 'warehouse.duckdb')!r}).sql('SELECT 1'))"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_unknown_tables_and_columns_are_refused(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, TABLES)
    with pytest.raises(BackendError, match=r"clean\.parcel"):
        {"clean.parcel": beam.Pipeline(runner=FnApiRunner()) | beam.Create([1])} | warehouse.sink()
    with pytest.raises(BackendError, match="columns"):
        list(write_files(tmp_path, PARCELS, lines(["x"])))
