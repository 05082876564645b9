"""Expected summaries of the scenarios that ship: a few numbers of each description, kept in ``scenarios/expected``.

Whoever changes a scenario, or the world on purpose, writes them anew and reads the difference before committing it:
``python tests/system/summaries.py [SCENARIO ...]``, all of them if none is named. Digests of bytes are not among the
numbers, since they depend on versions of libraries.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from sim.arguments import cpus
from sim.generation.into_folder import fill
from sim.generation.options import Options
from sim.report.describe import NUMBERS, describe
from sim.report.description import (
    Description,
    Disrupted,
    DockWait,
    EventCount,
    FateCount,
    Lateness,
    OnTime,
    Shipments,
    Standing,
)
from sim.run_folder import RunFolder
from sim.scenario_file import load
from sim.shipped import shipped_scenarios

EXPECTED = Path(__file__).parents[2] / "scenarios" / "expected"
_WORST = 3


class FiringCount(msgspec.Struct, frozen=True):
    """What a fault or mechanism did."""

    fault_id: str
    kind: str
    firings: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a description."""

    scenario: str
    messages: int
    events: tuple[EventCount, ...]
    shipments: Shipments
    fates: tuple[FateCount, ...]
    on_time: tuple[OnTime, ...]
    fullest: tuple[Standing, ...]
    longest_dock_waits: tuple[DockWait, ...]
    disruptions: tuple[Disrupted, ...]
    firings: tuple[FiringCount, ...]
    lateness: tuple[Lateness, ...]


def generated(name: str, folder: Path) -> RunFolder:
    """Generate a scenario that ships into a folder that is not there yet, and describe it."""
    folder.mkdir()
    made = RunFolder(folder)
    fill(made, load(shipped_scenarios()[name]), Options(cpus()), lambda _: None)
    describe(made)
    return made


def summary_of(folder: RunFolder) -> Summary:
    """The summary of a described run."""
    found = Description.read(folder.path / NUMBERS)
    return Summary(
        scenario=found.scenario,
        messages=sum(row.messages for row in found.messages),
        events=found.events,
        shipments=found.shipments,
        fates=found.fates,
        on_time=found.on_time,
        fullest=found.standing[:_WORST],
        longest_dock_waits=found.docks[:_WORST],
        disruptions=found.disruptions,
        firings=tuple(FiringCount(fault.fault_id, fault.kind, fault.firings) for fault in found.faults),
        lateness=found.lateness,
    )


def expected(name: str) -> Summary:
    """The summary as it is kept."""
    return msgspec.json.decode((EXPECTED / f"{name}.json").read_bytes(), type=Summary)


def _write(name: str) -> None:
    with TemporaryDirectory() as scratch:
        summary = summary_of(generated(name, Path(scratch) / name))
    path = EXPECTED / f"{name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
    print(f"wrote {path}")


if __name__ == "__main__":
    for scenario in sys.argv[1:] or shipped_scenarios():
        _write(scenario)
