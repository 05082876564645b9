"""The pipeline as a stream passes what it passes as a batch, and publishes each window in panes."""

from pathlib import Path

import duckdb
import pytest

from sim.run import run
from sim.run_folder import RunFolder
from sim.scenario_file import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["hello", "messy", "short-memory"])
def test_a_scenario_passes_as_a_stream(name: str, runs_folder: Path):
    verdict = run(load(SCENARIOS / f"{name}.yaml"), runs_folder, None, lambda _: None, mode="streaming")
    assert (verdict.outcome, verdict.mode) == ("PASS", "streaming"), verdict.reason
    (panes,) = [check for check in verdict.checks if check.name == "panes"]
    folder = RunFolder(runs_folder / verdict.run)
    with duckdb.connect(folder.database, read_only=True) as connection:
        timings = dict(connection.sql("select timing, count(*) from curated.kpi_5min_panes group by all").fetchall())
    assert set(timings) == {"early", "on_time", "late"}
    assert panes.compared == sum(timings.values())
    assert folder.read_record().mode == "streaming"
