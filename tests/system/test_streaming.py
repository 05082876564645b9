"""The pipeline as a stream passes what it passes as a batch, with the same tables, and publishes windows in panes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import KPI_5MIN_PANES, STREAMED, TABLES
from sim.checks.verdict import Verdict
from sim.run import run
from sim.run_folder import RunFolder
from sim.scenario_file import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"

pytestmark = pytest.mark.slow


@pytest.fixture
def streamed(runs_folder: Path) -> Callable[[str], tuple[RunFolder, Verdict]]:
    def run_of(name: str) -> tuple[RunFolder, Verdict]:
        verdict = run(load(SCENARIOS / f"{name}.yaml"), runs_folder, None, lambda _: None, mode="streaming")
        assert (verdict.outcome, verdict.mode) == ("PASS", "streaming"), verdict.reason
        return RunFolder(runs_folder / verdict.run), verdict

    return run_of


@pytest.mark.parametrize("name", ["hello", "short-memory"])
def test_a_scenario_passes_as_a_stream(name: str, streamed) -> None:
    folder, verdict = streamed(name)
    (panes,) = [check for check in verdict.checks if check.name == "panes"]
    timings = _timings(folder.path)
    assert set(timings) == {"early", "on_time", "late"}
    assert panes.compared == timings.total()
    assert folder.read_record().mode == "streaming"


def test_messy_passes_as_a_stream_with_the_tables_of_a_batch(messy_run: Path, streamed) -> None:
    folder, _ = streamed("messy")
    for spec in set(STREAMED) - {KPI_5MIN_PANES}:
        assert _rows(folder.path, spec.name) == _rows(messy_run, spec.name), spec.name
    assert set(_timings(folder.path)) == {"early", "on_time", "late"}
    assert not _timings(messy_run)


def _timings(run: Path) -> Counter[str]:
    """How many rows of panes there are, by timing."""
    rows = _warehouse(run).query(f"SELECT timing FROM {KPI_5MIN_PANES.name}").read_all()
    return Counter(rows["timing"].to_pylist())


def _rows(run: Path, table: str) -> Counter[str]:
    return Counter(map(str, _warehouse(run).query(f"SELECT * FROM {table}").read_all().to_pylist()))


def _warehouse(run: Path) -> LocalWarehouse:
    return LocalWarehouse(run / "warehouse", list(TABLES.values()))
