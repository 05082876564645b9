"""What ships with the package: scenarios and networks to use by name, their JSON Schema, a scenario to start from."""

from __future__ import annotations

import os
from pathlib import Path

import scenarios
from sim.errors import UsageError, unknown
from sim.scenario_schema import scenario_schema

TEMPLATE = Path(__file__).parent / "templates" / "scenario.yaml"


def shipped_scenarios() -> dict[str, Path]:
    """The scenario files that ship with the package, by name."""
    return {path.stem: path for path in sorted(Path(scenarios.__path__[0]).glob("*.yaml"))}


def shipped_networks() -> dict[str, Path]:
    """The network files that ship with the package, by name."""
    return {path.stem: path for path in sorted((Path(scenarios.__path__[0]) / "networks").glob("*.yaml"))}


def find_scenario(given: str) -> Path:
    """The file that a path or the bare name of a shipped scenario stands for. Raises UsageError for a name unknown."""
    shipped = shipped_scenarios()
    bare = not Path(given).suffix and os.sep not in given
    if bare and given in shipped:
        return shipped[given]  # whatever lies in this folder under that name: ./hello is a path
    if bare and not Path(given).exists():
        raise UsageError(unknown("scenario", given, shipped) + "; or the path of a scenario file")
    return Path(given)


def start_scenario(folder: Path) -> list[Path]:
    """Write a commented scenario and its schema into a folder, and overwrite nothing. Raises UsageError."""
    contents = {
        folder / "scenario.yaml": TEMPLATE.read_text(encoding="utf-8"),
        folder / "scenario.schema.json": scenario_schema(),
    }
    taken = [str(path) for path in contents if path.exists()]
    if taken:
        raise UsageError(f"{', '.join(taken)}: there already, and `sim init` overwrites nothing; give another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(content)
    except OSError as error:
        raise UsageError(f"{folder}: can't be written to: {error.strerror}") from error
    return list(contents)
