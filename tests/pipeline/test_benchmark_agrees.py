"""The speed benchmark compares engines that make the same rows, and says so when they don't."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "tests" / "benchmarks" / "pipeline_speed.py"
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
COMPARE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from speed.agree import differences
print("\\n".join(differences({name: Path(sys.argv[2], name) for name in sys.argv[3:]})))
"""


@pytest.fixture(scope="module")
def benchmarked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("speed")
    sizes = ["--messages", "20000", "--rounds", "1", "--folder", str(folder)]
    ran = subprocess.run(
        [sys.executable, str(BENCHMARK), *sizes], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return folder / "out", ran


@pytest.mark.slow
def test_all_engines_make_the_same_rows(benchmarked: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, ran = benchmarked
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "agree: pipeline, duckdb, duckdb-isal, polars, idiomatic made the same rows" in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("clean.events", "lateness", "on time"),
        ("clean.rejected", "code", "bad_luck"),
        ("ops.duplicates", "first_log_offset", -1),
        ("curated.kpi_5min", "scans", 1_000_000),
        ("clean.shipment_status_events", "facility_name", "Nowhere"),
    ],
)
def test_one_value_that_is_another_is_told(
    benchmarked: tuple[Path, subprocess.CompletedProcess[str]],
    tmp_path: Path,
    table: str,
    column: str,
    value: str | int,
) -> None:
    made, _ = benchmarked
    shutil.copytree(made / "polars", tmp_path / "polars")
    (tmp_path / "pipeline").symlink_to(made / "pipeline")
    assert not _differences(tmp_path)
    _change_first(tmp_path / "polars" / table / "part.parquet", column, value)
    told = _differences(tmp_path)
    assert f"unlike: whole rows, {column}" in told
    assert f"{table}: only polars has" in told
    assert str(value) in told


def _differences(folder: Path) -> str:
    compare = [sys.executable, "-c", COMPARE, str(BENCHMARK.parent), str(folder), "pipeline", "polars"]
    return subprocess.run(compare, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout.strip()


def _change_first(path: Path, column: str, value: str | int) -> None:
    rows = pq.read_table(path)
    changed = pa.chunked_array([pa.array([value, *rows[column].to_pylist()[1:]], rows[column].type)])
    pq.write_table(rows.set_column(rows.schema.get_field_index(column), column, changed), path)


@pytest.mark.slow
def test_rows_that_two_engines_swap_between_columns_are_told(
    benchmarked: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Each column holds the same values as before; only whole rows tell."""
    made, _ = benchmarked
    shutil.copytree(made / "polars", tmp_path / "polars")
    (tmp_path / "pipeline").symlink_to(made / "pipeline")
    path = tmp_path / "polars" / "clean.rejected" / "part.parquet"
    rows = pq.read_table(path)
    codes = rows["code"].to_pylist()
    pq.write_table(rows.set_column(rows.schema.get_field_index("code"), "code", pa.array(codes[1:] + codes[:1])), path)
    assert "unlike: whole rows\n" in _differences(tmp_path)
