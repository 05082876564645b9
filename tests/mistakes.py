"""Scenario files with a mistake in them, and what is told of it."""

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario_file import load


def mistakes_in(path: Path) -> list[str]:
    """The lines that are told of a file, without its name."""
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [told.removeprefix(str(path)) for told in str(caught.value).splitlines()]


def edited(folder: Path, good: str, old: str, new: str) -> Path:
    """A file with a good text in which one place was changed, the first of its kind."""
    path = folder / "x.yaml"
    assert old in good
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    return path
