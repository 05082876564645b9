"""The command: runs over a log that is there, and does not start without a key."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pipeline_messages import appended, event, reference, scan

from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.__main__ import main
from pipeline.contract.tables import TABLES


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(scan())]))
    (tmp_path / "reference").mkdir()
    for name, table in reference().items():
        pq.write_table(table, tmp_path / "reference" / f"{name}.parquet")
    folders = [f"--{name}={tmp_path / name}" for name in ("log", "warehouse", "reference")]
    return ["run", *folders]


def test_run_and_marts(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)
    assert main(arguments) == 0
    assert main(["marts", f"--warehouse={tmp_path / 'warehouse'}"]) == 0
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    assert warehouse.query("SELECT scans FROM curated.kpi_5min").read_all()["scans"].to_pylist() == [1]


def test_no_key_no_start(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SIM_PII_KEY", raising=False)
    monkeypatch.delenv("SIM_PII_KEY_FILE", raising=False)
    assert main(arguments) == 2
    assert "set SIM_PII_KEY" in capsys.readouterr().err
    assert not (tmp_path / "warehouse").exists()


def test_a_log_that_is_not_there_is_said(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)
    assert main([*arguments, f"--log={tmp_path / 'nowhere'}"]) == 2
    assert "nowhere" in capsys.readouterr().err
