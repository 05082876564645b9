"""A run that is ended at any moment leaves whole tables or none, says that it is unfinished, and is no obstacle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from sim.cli import main

SCENARIO = Path(__file__).parents[2] / "scenarios" / "hello.yaml"
MOMENTS = (
    "run.json",
    "truth/facts/*/*.parquet",
    "log/**/*.arrow",
    "ledger/messages.parquet",
    "seal.json",
    "warehouse/raw/**/*.gz",
    "staging/**/*",
    "warehouse/clean/**/*.parquet",
    "warehouse/curated/**/*.parquet",
)
"""What has just appeared in the run folder when the run is ended."""


@contextmanager
def _run_until(runs: Path, moment: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sim", "run", str(SCENARIO), "--runs", str(runs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 120
        while not any(runs.glob(f"hello-0001/{moment}")):
            assert process.poll() is None, f"the run ended before {moment}: {process.communicate()}"
            assert time.monotonic() < deadline, f"{moment} never appeared"
        yield process
    finally:
        process.kill()
        process.communicate()


def _rows_by_table(run: Path) -> dict[str, int]:
    database = run / "warehouse" / "warehouse.duckdb"
    if not database.exists():
        return {}
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables where table_schema <> 'ops'"
        ).fetchall()
        return {name: connection.execute(f"select count(*) from {name}").fetchone()[0] for (name,) in names}


def _assert_whole_or_nothing(run: Path) -> None:
    rows = _rows_by_table(run)
    streamed = {rows.get(name, 0) > 0 for name in ("raw.messages", "clean.events", "curated.kpi_5min")}
    assert len(streamed) == 1, f"half a commit: {rows}"
    if rows.get("clean.events"):
        assert rows["clean.events"] == rows["raw.messages"], "hello has a clean event for each message"


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_9_leaves_whole_tables_or_none(moment: str, tmp_path: Path, capsys):
    with _run_until(tmp_path, moment) as process:
        process.kill()
        process.wait()
    _assert_whole_or_nothing(tmp_path / "hello-0001")
    assert main(["runs", "--runs", str(tmp_path)]) == 0
    assert "unfinished" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "hello-0001")]) == 2
    assert "stopped before its tables were done" in capsys.readouterr().err
    assert main(["run", str(SCENARIO), "--runs", str(tmp_path)]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["run.json", "seal.json", "warehouse/clean/**/*.parquet"])
def test_ctrl_c_ends_the_run_with_a_sentence_and_130(moment: str, tmp_path: Path):
    with _run_until(tmp_path, moment) as process:
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "stopped by Ctrl-C" in errors
    _assert_whole_or_nothing(tmp_path / "hello-0001")


@pytest.mark.parametrize("made_of_it", [KeyboardInterrupt, RuntimeError])
def test_ctrl_c_in_a_check_leaves_the_verdict_as_it_was(made_of_it, messy_run: Path, monkeypatch, capsys):
    """DuckDB makes a RuntimeError of a Ctrl-C that comes during a query."""

    def press(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            raise made_of_it from None

    before = (messy_run / "verdict.json").read_bytes()
    monkeypatch.setattr("sim.checks.conservation.conserved", press)
    assert main(["check", str(messy_run)]) == 130
    assert "Traceback" not in capsys.readouterr().err
    assert (messy_run / "verdict.json").read_bytes() == before
