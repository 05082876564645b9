"""A platform that waits less for one event type: the tables are right, and a pipeline that waits as long is found."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.build import STAGES
from pipeline.stages.windows import Windows
from sim.checks.verdict import FindingKind
from sim.drills.mutants import MUTANTS, Mutant
from sim.run import run
from sim.scenario import LatenessOf, Platform, Scenario
from sim.scenario_file import load
from sim.units import Duration

pytestmark = pytest.mark.slow
_SCAN = "facility.scan"


@pytest.fixture
def impatient() -> Scenario:
    hello = load(Path(__file__).parents[2] / "scenarios" / "hello.yaml")
    platform = Platform(allowed_lateness_of=(LatenessOf(_SCAN, Duration(1_000_000)),))
    return msgspec.structs.replace(hello, platform=platform)


@pytest.mark.parametrize("mode", ["batch", "streaming"])
def test_the_tables_are_those_of_each_type_s_lateness(impatient: Scenario, runs_folder: Path, mode: str) -> None:
    verdict = run(impatient, runs_folder, None, lambda _: None, mode=mode)
    assert verdict.outcome == "PASS", verdict.reason
    assert {row.event_type for row in verdict.conservation if row.observed.too_late} == {_SCAN}


def test_one_lateness_for_all_is_found(impatient: Scenario, runs_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = replace(STAGES, windows=lambda settings: Windows(settings.allowed_lateness_us))
    monkeypatch.setitem(MUTANTS, "one-lateness", Mutant("", stages, FindingKind.LOST, "clean.too_late"))
    verdict = run(impatient, runs_folder, "one-lateness", lambda _: None)
    found = {(finding.kind, finding.table) for check in verdict.checks for finding in check.findings}
    assert (FindingKind.LOST, "clean.too_late") in found
