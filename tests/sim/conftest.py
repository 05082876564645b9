"""What tests of the command line share."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import sim
from sim import report


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder of one's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., object]], None]:
    """Put a function in the place of ``sim.run.run`` and ``sim.run.check``; an outcome stands for its report."""

    def replace(function: Callable[..., object]) -> None:
        run, terminal = ModuleType("sim.run"), ModuleType("sim.report.terminal")
        run.run = run.check = function  # type: ignore[attr-defined]
        terminal.render = lambda verdict: f"the verdict is {verdict.outcome}"  # type: ignore[attr-defined]
        for parent, name, module in ((sim, "run", run), (report, "terminal", terminal)):
            monkeypatch.setitem(sys.modules, module.__name__, module)
            monkeypatch.setattr(parent, name, module, raising=False)

    return replace
