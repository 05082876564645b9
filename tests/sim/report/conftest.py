"""The run written by hand, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from described_run import FACTS, FIRINGS, LEGS, LINEHAUL, MESSAGES
from written_run import scenario, write_run

from sim.report.describe import describe
from sim.report.description import (
    Description,
)
from sim.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return write_run(tmp_path / "run", scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS)


@pytest.fixture
def told(folder: RunFolder) -> Description:
    describe(folder)
    return Description.read(folder.path / "describe.json")
