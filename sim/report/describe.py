"""What the world of a run did: text for a terminal, the same numbers as JSON, and a picture."""

from __future__ import annotations

from sim.report.described.numbers import numbers
from sim.report.described.series import picture, step_of
from sim.report.described.sources import open_sources, refuse_unfinished
from sim.report.described.told import tell_of
from sim.run_folder import RunFolder
from sim.scenario_file import load
from sim.seal import Seal

NUMBERS = "describe.json"
PLOT = "describe.svg"


def _limited(folder: RunFolder) -> str:
    """A warning, where the log was ended early: what came later is missing everywhere below."""
    limit = Seal.read(folder.seal).limit if folder.seal.exists() else None
    return f"the first {limit:,} messages alone: the run was ended early by --limit\n\n" if limit else ""


def describe(folder: RunFolder) -> str:
    """Ask truth and ledger of a generated run, leave ``describe.json`` and ``describe.svg`` there, and give the text.

    Both files are functions of the run's scenario alone. Raises UsageError for what is no such folder.
    """
    refuse_unfinished(folder)
    scenario = load(folder.scenario)
    step = step_of(scenario)
    with open_sources(folder, scenario, step) as scratch:
        found = numbers(scratch, scenario)
        seen = picture(scratch, scenario, found, step)
    from sim.report.plot import draw  # whoever only wants a verdict need not import what draws

    found.write(folder.path / NUMBERS)
    (folder.path / PLOT).write_text(draw(seen), encoding="utf-8")
    told = f"{_limited(folder)}{tell_of(found)}"
    return f"{told}\n\nnext: open {folder.path / PLOT}; all numbers are in {folder.path / NUMBERS}"
