"""What README and docs say is what there is: commands, options, statuses, scenarios, faults, files."""

import re
from pathlib import Path
from typing import Any, get_args, get_origin

import duckdb
import msgspec
import pytest

from backends.local.warehouse import LocalWarehouse
from sim.arguments import COMMANDS
from sim.distributions import DurationDistribution
from sim.drills.mutants import MUTANTS
from sim.exit_status import ExitStatus
from sim.faults import Fault
from sim.producers.names import PRODUCERS
from sim.scenario_parts.disruptions import Disruption
from sim.shipped import shipped_scenarios

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCENARIOS = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
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
    told = MUTANTS[mutant]
    mode = "" if told.mode == "batch" else f" --mode {told.mode}"
    assert re.search(rf"run {told.scenario}{mode} --mutant {mutant} +# {told.description}$", README, re.MULTILINE)


def test_readme_names_commands_options_and_scenarios_that_exist() -> None:
    options = {name for _, arguments in COMMANDS.values() for name, _ in arguments}
    assert set(re.findall(r"(?:`|^    )sim ([a-z]+)", README, re.MULTILINE)) == set(COMMANDS)
    assert set(re.findall(r"(?<![-\w])--[a-z]+", README)) <= options | {"--help"}
    for scenario in shipped_scenarios():
        assert f"`{scenario}`" in README


@pytest.mark.parametrize("scenario", shipped_scenarios())
def test_docs_tell_what_every_scenario_shows_and_how_to_see_it(scenario: str) -> None:
    section = SCENARIOS.partition(f"\n## `{scenario}`\n")[2].partition("\n## ")[0]
    assert re.search(rf"^    sim (run|generate) {scenario}\b", section, re.MULTILINE)
    assert 5 <= len(section.strip().splitlines()) <= 24


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
        target, _, heading = link.partition("#")
        assert link.startswith("https://") or (page.parent / target).exists(), link
        if heading and not link.startswith("https://"):
            assert re.search(
                rf"^#+ `?{heading}`?$", (page.parent / target).read_text(encoding="utf-8"), re.MULTILINE
            ), link


def test_docs_have_the_tables_of_the_warehouse_itself(tmp_path: Path) -> None:
    LocalWarehouse(tmp_path, [])
    page = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    with duckdb.connect(tmp_path / "warehouse.duckdb", read_only=True) as connection:
        columns = connection.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        )
        for table, column in columns.fetchall():
            (row,) = re.findall(rf"^\| `{table}` .*", page, re.MULTILINE)
            assert f"`{column}`" in row


WORLD = (ROOT / "docs" / "world.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "kind", [*get_args(Disruption), *get_args(DurationDistribution)], ids=lambda kind: kind.__name__
)
def test_docs_have_every_disruption_and_distribution_with_its_keys(kind: Any) -> None:
    kind = get_origin(kind) or kind
    (row,) = re.findall(rf"^\| `{kind.__struct_config__.tag}` \|.*$", WORLD, re.MULTILINE)
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in ("after", "until", "facility", "tenant"):
            assert f"`{field.encode_name}`" in row
