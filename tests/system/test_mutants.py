"""messy.yaml passes on the sound pipeline; a scenario fails on each mutant with the finding that must kill it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import msgspec
import pyarrow as pa
import pytest

from pipeline.build import STAGES, Settings
from pipeline.contract.rejections import Rejection
from pipeline.stages.each_batch import EachBatch
from pipeline.stages.tokenise import tokenise
from sim.checks.verdict import FindingKind, Verdict
from sim.drills.mutants import MUTANTS, Mutant
from sim.faults import Fault
from sim.ledger import Ledger
from sim.report.terminal import render
from sim.run import run
from sim.scenario_file import load
from sim.truth import Truth

SCENARIOS = Path(__file__).parents[2] / "scenarios"

MECHANISMS = {
    "batch_upload", "clock", "dead_zone", "double_read", "file_again", "firmware", "hot_key", "replay", "restart",
    "retry", "yesterdays_file",
}  # fmt: skip

pytestmark = pytest.mark.slow


def _found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(finding.kind.value, finding.table) for check in verdict.checks for finding in check.findings}


def test_messy_passes_and_every_planned_fault_has_fired(messy_run: Path):
    verdict = Verdict.read(messy_run / "verdict.json")
    assert verdict.outcome == "PASS"
    assert all(fault.fired == fault.planned > 0 for fault in verdict.faults)
    explicit = {f"faults.{number}" for number in range(len(load(SCENARIOS / "messy.yaml").faults))}
    assert explicit < {fault.fault_id for fault in verdict.faults}


def test_messy_has_every_kind_of_fault_and_every_mechanism(messy_run: Path):
    kinds = {str(kind.__struct_config__.tag) for kind in get_args(Fault)}
    assert {fault.kind for fault in Verdict.read(messy_run / "verdict.json").faults} == kinds | MECHANISMS


def test_messy_leads_to_every_rejection_code(messy_run: Path):
    assert set(Ledger.read(messy_run / "ledger").messages["code"].unique().to_pylist()) == {None, *Rejection}


def test_messy_shows_every_fate(messy_run: Path):
    verdict = Verdict.read(messy_run / "verdict.json")
    for fate in ("clean", "late", "too_late", "duplicate", "rejected"):
        assert sum(getattr(row.observed, fate) for row in verdict.conservation) > 0, fate


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_is_killed_by_its_finding(name: str, runs_folder: Path):
    mutant = MUTANTS[name]
    scenario = load(SCENARIOS / f"{mutant.scenario}.yaml")
    verdict = run(scenario, runs_folder, name, lambda _: None, mode=mutant.mode)
    assert (verdict.outcome, verdict.exit_code) == ("FAIL", 1)
    assert (mutant.killed_by.value, mutant.killed_in) in _found(verdict)
    assert _people_named(runs_folder / verdict.run) == []


def _people_named(run: Path) -> list[str]:
    """The personal values that the verdict of a run holds, in its file or as it is shown."""
    facts = Truth.read(run / "truth").facts
    verdict = run / "verdict.json"
    told = (verdict.read_text() + render(Verdict.read(verdict))).lower()
    columns = [("shipment.created", "recipient"), ("driver.status.changed", "driver")]
    people = {
        value
        for event_type, who in columns
        for kind in ("name", "phone", "email")
        for value in facts[event_type][f"{who}_{kind}"].to_pylist()
    }
    assert len(people) > 100
    return [value for value in people if value.lower() in told or json.dumps(value)[1:-1].lower() in told]


def _named_by_recipient(events: pa.RecordBatch) -> pa.RecordBatch:
    payloads = [msgspec.json.decode(payload) for payload in events["payload"].to_pylist()]
    names = [payload.get("recipient_name") for payload in payloads]
    at = events.schema.get_field_index("trace_id")
    return events.set_column(at, events.schema.field(at), pa.array(names, pa.string()))


def test_a_name_in_a_column_for_something_else_is_not_repeated(runs_folder: Path, monkeypatch: pytest.MonkeyPatch):
    def tokenised(settings: Settings) -> EachBatch:
        return EachBatch(
            "tokenise", lambda rows: {"valid": tokenise(_named_by_recipient(rows), settings.keys)}, ("valid",)
        )

    mutant = Mutant("", replace(STAGES, tokenise=tokenised), FindingKind.LEAKED, "warehouse/clean/events")
    monkeypatch.setitem(MUTANTS, "named", mutant)
    verdict = run(load(SCENARIOS / "hello.yaml"), runs_folder, "named", lambda _: None)
    assert _found(verdict) == {("leaked", "warehouse/clean/events"), ("corrupted", "clean.events")}
    (corrupted,) = [one for check in verdict.checks for one in check.findings if one.kind is FindingKind.CORRUPTED]
    assert any(sample["observed"].startswith("tok_name_") for sample in corrupted.samples)
    assert _people_named(runs_folder / verdict.run) == []
