"""What README and docs say is what there is: commands, options, statuses, scenarios, faults, files."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from sim.arguments import COMMANDS
from sim.drills.mutants import MUTANTS
from sim.exit_status import ExitStatus
from sim.faults import Fault
from sim.producers.names import PRODUCERS
from sim.shipped import shipped_scenarios

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FAULTS = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
FAULT_TYPES = {str(kind.__struct_config__.tag): kind for kind in get_args(Fault)}


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_has_every_command(command: str) -> None:
    assert re.search(rf"^\| `sim {command}\b", README, re.MULTILINE)


@pytest.mark.parametrize("status", ExitStatus, ids=lambda status: status.name)
def test_readme_has_every_exit_status(status: ExitStatus) -> None:
    assert f"| {status.value} | {status.name} | {status.meaning} |" in README


@pytest.mark.parametrize("mutant", MUTANTS)
def test_readme_has_every_mutant(mutant: str) -> None:
    assert re.search(rf"--mutant {mutant} +# {MUTANTS[mutant].description}$", README, re.MULTILINE)


def test_readme_names_commands_options_and_scenarios_that_exist() -> None:
    options = {name for _, arguments in COMMANDS.values() for name, _ in arguments}
    assert set(re.findall(r"(?:`|^    )sim ([a-z]+)", README, re.MULTILINE)) == set(COMMANDS)
    assert set(re.findall(r"(?<![-\w])--[a-z]+", README)) <= options
    for scenario in shipped_scenarios():
        assert f"`{scenario}`" in README


@pytest.mark.parametrize("kind", FAULT_TYPES)
def test_docs_have_every_fault_with_its_keys(kind: str) -> None:
    section = FAULTS.partition(f"\n## `{kind}`\n")[2].partition("\n## ")[0]
    for field in msgspec.structs.fields(FAULT_TYPES[kind]):
        assert f"`{field.encode_name}" in section or field.encode_name == "producers"
    for choice in re.findall(r"Literal\[([^]]+)]", str(msgspec.structs.fields(FAULT_TYPES[kind]))):
        for name in re.findall(r"'(\w+)'", choice):
            assert name in section or name in PRODUCERS


def test_docs_name_the_producers() -> None:
    for producer in PRODUCERS:
        assert f"`{producer}`" in FAULTS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link
