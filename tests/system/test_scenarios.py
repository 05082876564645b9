"""Every scenario that ships is as its expected summary has it, tells its story, and passes.

Counts are held exactly. A story (``stories.py``) is told by asserts of its own, so that no summary can be written anew
into nonsense.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sim.run import run
from sim.scenario_file import load
from sim.shipped import shipped_scenarios

pytest.register_assert_rewrite("stories")

from stories import STORIES, asks, must_fire  # noqa: E402 (once it is known whose asserts tell what they found)
from summaries import EXPECTED, expected, generated, summary_of  # noqa: E402 (beside it)

DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"
SLOW = {"hub-outage", "metro-day", "peak-week"}
RUN_ELSEWHERE = {"messy", "metro-day"}


def _each(names: set[str]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in sorted(names)]


def test_every_scenario_has_a_story_and_a_summary():
    assert set(STORIES) == set(shipped_scenarios()) == {path.stem for path in EXPECTED.glob("*.json")}


@pytest.mark.parametrize("name", _each(set(STORIES)))
def test_a_scenario_is_as_expected_and_tells_its_story(name: str, tmp_path: Path):
    folder = generated(name, tmp_path / "run")
    told = summary_of(folder)
    STORIES[name](told, asks(folder))
    assert {fault.fault_id for fault in told.firings} == set(must_fire(load(shipped_scenarios()[name])))
    assert msgspec.to_builtins(told) == _approximately(msgspec.to_builtins(expected(name)))
    for select in _documented(name):
        assert asks(folder)(select.replace(f"runs/{name}-0001", str(folder.path))), select


def _documented(name: str) -> list[str]:
    """The queries that the docs give for a scenario."""
    section = DOCS.read_text(encoding="utf-8").partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
    return re.findall(r"^    select .*(?:\n    (?!sim ).*)*", section, re.MULTILINE)


def _approximately(kept: Any) -> Any:
    """Counts, names and moments as they are; rates, minutes and seconds to a hundredth, or a thousandth of the unit."""
    if isinstance(kept, dict):
        return {name: _approximately(value) for name, value in kept.items()}
    if isinstance(kept, list | tuple):
        return type(kept)(_approximately(value) for value in kept)
    return pytest.approx(kept, rel=0.01, abs=0.001) if isinstance(kept, float) else kept


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(STORIES) - RUN_ELSEWHERE))
def test_a_scenario_passes(name: str, tmp_path: Path):
    verdict = run(load(shipped_scenarios()[name]), tmp_path, None, lambda _: None)
    assert verdict.outcome == "PASS", verdict.reason
    assert all(fault.fired == fault.planned > 0 for fault in verdict.faults)
