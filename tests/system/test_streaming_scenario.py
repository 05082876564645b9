"""A whole scenario in both modes: the same log, the same tables, and panes that say how they came to be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import KPI_5MIN_PANES, STREAMED, TABLES
from sim.run import run
from sim.scenario_file import load

MESSY = Path(__file__).parents[2] / "scenarios" / "messy.yaml"


@pytest.mark.slow
def test_messy_passes_as_a_stream_with_the_tables_of_a_batch(messy_run: Path, runs_folder: Path) -> None:
    verdict = run(load(MESSY), runs_folder, None, lambda _: None, mode="streaming")
    assert verdict.outcome == "PASS", verdict.reason
    batch, stream = _warehouse(messy_run), _warehouse(runs_folder / verdict.run)
    for spec in set(STREAMED) - {KPI_5MIN_PANES}:
        assert _rows(stream, spec.name) == _rows(batch, spec.name), spec.name
    assert not _rows(batch, KPI_5MIN_PANES.name)
    timings = stream.query(f"SELECT DISTINCT timing FROM {KPI_5MIN_PANES.name}").read_all()["timing"].to_pylist()
    assert set(timings) == {"early", "on_time", "late"}


def _warehouse(folder: Path) -> LocalWarehouse:
    return LocalWarehouse(folder / "warehouse", list(TABLES.values()))


def _rows(warehouse: LocalWarehouse, table: str) -> Counter[str]:
    return Counter(map(str, warehouse.query(f"SELECT * FROM {table}").read_all().to_pylist()))
