"""A run's truth and ledger as views of a scratch database, and the few tables that most questions are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.contract.events import EVENT_TYPES
from sim.checks.scratch import Scratch, literal, open_scratch
from sim.errors import UsageError
from sim.report.described.disruptions import affected, disruptions
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.truth import fact_schema, parts
from sim.units import Duration

_MEMORY = "1200MB"
_FACTS = {
    "created": "shipment.created",
    "status": "shipment.status.changed",
    "eta": "shipment.eta.updated",
    "scan": "facility.scan",
    "duty": "driver.status.changed",
}
"""Views of what some question asks for by column; ``fact`` shows what all types have."""
_MOVEMENTS = ("legs", "linehaul")
_TABLES = {"shipment": "shipments", "stay": "stays", "tally": "tally", "arrival": "arrivals"}
"""Tables made by the SELECT in a file, in this order."""


def select(name: str) -> str:
    """The SELECT in a file of this folder."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")


def refuse_unfinished(folder: RunFolder) -> None:
    """Raise UsageError for a folder that has not all that a generated run has."""
    if folder.unfinished.exists():
        raise UsageError(f"{folder.path}: its generation goes on, or was stopped; nothing is told of half a run")
    needed = _needed(folder)
    missing = [path for path, there in needed.items() if not there]
    if len(missing) == len(needed):
        raise UsageError(f"{folder.path}: not a run folder (it has no {missing[0]}); `sim runs` lists the runs")
    if missing:
        raise UsageError(f"{folder.path}: nothing to describe, for it has no {missing[0]}; run it again")


@contextmanager
def open_sources(folder: RunFolder, scenario: Scenario, step: Duration) -> Iterator[Scratch]:
    """A scratch that answers the SELECTs of this folder; ``step`` cuts time for those that ask for it.

    Raises UsageError for a folder whose truth or ledger can't be read.
    """
    with open_scratch(_MEMORY) as scratch:
        try:
            _show(scratch, folder)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise UsageError(f"{folder.path}: its truth or ledger can't be read: {reason}") from error
        _load(scratch, scenario, step)
        for table, file in _TABLES.items():
            scratch.run(f"create table {table} as {select(file)}")
        yield scratch


def _needed(folder: RunFolder) -> dict[str, bool]:
    """By path in the folder, whether it is there: what every generated run has, whatever happened in it."""
    files = [folder.scenario, folder.ledger / "messages.parquet", folder.ledger / "firings.parquet"]
    tables = {f"truth/world/{name}": bool(parts(folder.truth, "world", name)) for name in _MOVEMENTS}
    return {file.relative_to(folder.path).as_posix(): file.is_file() for file in files} | tables


def _show(scratch: Scratch, folder: RunFolder) -> None:
    for view, event_type in _FACTS.items():
        scratch.run(f"create view {view} as {_facts(scratch, folder, event_type)}")
    scratch.run(f"create view fact as {' union all '.join(_numbered(scratch, folder, name) for name in EVENT_TYPES)}")
    for view in _MOVEMENTS:
        scratch.run(f"create view {view} as {_from(parts(folder.truth, 'world', view))}")
    for view, file in (("message", "messages"), ("firing", "firings")):
        scratch.run(f"create view {view} as {_from([folder.ledger / f'{file}.parquet'])}")


def _facts(scratch: Scratch, folder: RunFolder, event_type: str) -> str:
    """All facts of a type; a type that never happened has no file."""
    files = parts(folder.truth, "facts", event_type)
    return _from(files) if files else f"select * from {scratch.load(event_type, fact_schema(event_type).empty_table())}"


def _numbered(scratch: Scratch, folder: RunFolder, event_type: str) -> str:
    facts = _facts(scratch, folder, event_type)
    numbered = f"event_time, row_number() over () - 1 as fact_row from ({facts})"
    return f"select {literal(event_type)} as event_type, {numbered}"


def _from(files: list[Path]) -> str:
    listed = ", ".join(literal(_verbatim(file)) for file in files)
    return f"select * from read_parquet([{listed}], hive_partitioning = false)"


def _verbatim(file: Path) -> str:
    """A path that DuckDB takes for no pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(file))


def _load(scratch: Scratch, scenario: Scenario, step: Duration) -> None:
    until = scenario.start + timedelta(microseconds=scenario.duration.us)
    scratch.load("run", pa.table({"begins": [scenario.start], "ends": [until], "step_us": [step.us]}))
    facilities = scenario.network.facilities
    columns = {"facility_id": [one.id for one in facilities], "kind": [one.kind for one in facilities]}
    scratch.load("place", pa.table(columns))
    scratch.load("disruption", disruptions(scenario))
    scratch.load("affected", affected(scenario))
