"""The whole command, stopped at every named point: another attempt ends with the rows of a run that nobody stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pipeline_messages import START, appended, created, event, reference, scan, status

from backends import fail_points
from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.__main__ import main
from pipeline.contract.tables import STREAMED, TABLES

pytestmark = pytest.mark.slow
POINTS = [point for point in fail_points.POINTS if not point.startswith("tables.")]
Tables = Mapping[str, list[str]]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log and reference tables."""
    folder = tmp_path_factory.mktemp("given")
    with LocalEventLog(folder / "log", 2) as log:
        log.append(appended([event(created(), "e1"), event(status(), "e2"), event(scan(), "e3"), b"{"], START))
    (folder / "reference").mkdir()
    for name, table in reference().items():
        pq.write_table(table, folder / "reference" / f"{name}.parquet")
    return folder


def command(given: Path, warehouse: Path) -> list[str]:
    return ["run", f"--log={given / 'log'}", f"--reference={given / 'reference'}", f"--warehouse={warehouse}"]


def snapshot(folder: Path) -> Tables:
    warehouse = LocalWarehouse(folder, list(TABLES.values()))
    tables = [*(spec.name for spec in STREAMED), "ops.files", "ops.commits"]
    found = {name: warehouse.query(f"SELECT * FROM {name}").read_all().to_pylist() for name in tables}
    return {name: sorted(map(str, rows)) for name, rows in found.items()}


@pytest.fixture(scope="module")
def undisturbed(given: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SIM_PII_KEY", "ab" * 32)
        assert main(command(given, folder)) == 0
    return snapshot(folder)


def check(folder: Path, point: str, undisturbed: Tables) -> None:
    """All or nothing; then the same as ever."""
    found = snapshot(folder)
    assert found == undisturbed if point == "commit.after" else not any(found.values())


@pytest.mark.parametrize("point", [*POINTS, "file.after_rename@5"])
def test_a_crash(given: Path, tmp_path: Path, undisturbed: Tables, point: str) -> None:
    point, at, turn = point.partition("@")
    environment = os.environ | {fail_points.VARIABLE: f"{point}:crash{at}{turn}"}
    crashed = subprocess.run(
        [sys.executable, "-m", "pipeline", *command(given, tmp_path)], env=environment, check=False, capture_output=True
    )
    assert crashed.returncode == fail_points.CRASH_STATUS
    check(tmp_path, point, undisturbed)
    assert main(command(given, tmp_path)) == 0
    assert snapshot(tmp_path) == undisturbed
    assert not (tmp_path / ".staging").exists(), "what the crashed one left there is removed by the next"


@pytest.mark.parametrize("point", POINTS)
def test_a_full_disk(
    given: Path, tmp_path: Path, undisturbed: Tables, point: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with fail_points.armed(f"{point}:error"):
        assert main(command(given, tmp_path)) == 1
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("pipeline: ")
    assert said[0].endswith("No space left on device")
    check(tmp_path, point, undisturbed)
    assert main(command(given, tmp_path)) == 0
    assert snapshot(tmp_path) == undisturbed


@pytest.mark.parametrize("point", ["file.before_rename", "commit.before_end"])
def test_ctrl_c(given: Path, tmp_path: Path, undisturbed: Tables, point: str) -> None:
    with fail_points.armed(f"{point}:interrupt"):
        assert main(command(given, tmp_path)) == 130
    check(tmp_path, point, undisturbed)
    assert main(command(given, tmp_path)) == 0
    assert snapshot(tmp_path) == undisturbed
