"""Whole runs, shared by the tests that look at them or spoil copies of them."""

import shutil
from pathlib import Path

import pytest

from sim.run import run
from sim.scenario_file import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def messy_run(runs_folder: Path) -> Path:
    """A finished run of messy.yaml. Not to be changed: see ``spoiled``."""
    verdict = run(load(SCENARIOS / "messy.yaml"), runs_folder, None, lambda _: None)
    assert verdict.outcome == "PASS", verdict.reason
    return runs_folder / verdict.run


@pytest.fixture
def spoiled(messy_run: Path) -> Path:
    """A copy of a finished run, beside its key, to do damage to."""
    copy = messy_run.with_name(f"{messy_run.name}-spoiled")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(messy_run, copy)
    return copy
