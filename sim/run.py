"""The composition root: from a scenario to a verdict, through every part of the project."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import msgspec

import pipeline.progress
from backends.interface import Account, Commit
from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline import build
from pipeline.batch.account import Asked
from pipeline.commands import Committing
from pipeline.contract.tables import RUNS, TABLES
from pipeline.key_ring import KeyRing
from pipeline.marts import build_marts
from pipeline.structured_log import log_file, structured_log
from sim import run_folder as folders
from sim.checks.run_checks import check_run
from sim.checks.verdict import Verdict
from sim.drills.mutants import stages_of
from sim.errors import UsageError
from sim.generation.into_folder import fill
from sim.generation.options import Options
from sim.interrupt import keyboard_interrupt
from sim.progress import Progress
from sim.run_folder import Mode, RunFolder, RunRecord
from sim.scenario import Scenario
from sim.scenario_file import load
from sim.token_key import fingerprints, keys_for_a_run, keys_of_a_run
from sim.truth import read_reference

Echo = Callable[[str], None]
_TERMS = ("allowed_lateness_us", "future_tolerance_us", "dedupe_ttl_us", "lateness_us_by_type")
_DECIDING = ("apache-beam", "duckdb", "faker", "msgspec", "numpy", "pyarrow", "simpy")


class RunSummary(NamedTuple):
    """A line of ``sim runs``."""

    id: str
    scenario: str
    seed: str
    state: str
    verdict: str


def run(
    scenario: Scenario, runs_folder: Path, mutant: str | None, echo: Echo, workers: int = 1, mode: Mode = "batch"
) -> Verdict:
    """Simulate, send, process, check; everything is left in a new folder of ``runs_folder``."""
    stages = stages_of(mutant)
    ring = keys_for_a_run(runs_folder, echo)
    folder = folders.create(runs_folder, scenario.name)
    echo(f"run {folder.path}  seed {scenario.seed}")
    record = RunRecord(
        folder.path.name,
        scenario.name,
        scenario.seed,
        mutant,
        fingerprints(ring),
        {package: version(package) for package in _DECIDING},
        mode,
    )
    folder.write_record(record)
    with keyboard_interrupt():
        messages = fill(folder, scenario, Options(workers), echo)
        _process(folder, _settings(scenario, folder, ring, mode), stages, messages)
    folder.write_record(msgspec.structs.replace(record, finished=True))
    return check(folder.path)


def check(path: Path) -> Verdict:
    """Compare a run's warehouse with what its truth and ledger ask for, and write ``verdict.json``."""
    folder = RunFolder(path)
    record = folder.read_record()
    if not record.finished:
        raise UsageError(f"{path}: this run stopped before its tables were done; start it again with `sim run`")
    keys = keys_of_a_run(path.parent, record.token_keys)
    with keyboard_interrupt():
        verdict = check_run(folder, record, load(folder.scenario), keys)
    verdict.write(folder.verdict)
    return verdict


def runs(runs_folder: Path) -> list[RunSummary]:
    """The runs in a folder, oldest number first for each scenario. One that can't be read says so in its own line."""
    return [_summary(RunFolder(path.parent)) for path in sorted(runs_folder.glob("*/run.json"))]


def _summary(folder: RunFolder) -> RunSummary:
    verdict = _outcome(folder.verdict)
    try:
        record = folder.read_record()
    except (UsageError, OSError):
        return RunSummary(folder.path.name, "-", "-", "unreadable", verdict)
    state = "finished" if record.finished else "unfinished"
    name = record.scenario if record.mutant is None else f"{record.scenario} (mutant {record.mutant})"
    return RunSummary(record.id, name, str(record.seed), state, verdict)


def _outcome(verdict: Path) -> str:
    try:
        return Verdict.read(verdict).outcome
    except FileNotFoundError:
        return "-"
    except (msgspec.MsgspecError, OSError):
        return "unreadable"


def _settings(scenario: Scenario, folder: RunFolder, ring: KeyRing, mode: Mode) -> build.Settings:
    return build.Settings(
        keys=ring,
        allowed_lateness_us=scenario.platform.allowed_lateness.us,
        future_tolerance_us=scenario.platform.future_tolerance.us,
        dedupe_ttl_us=scenario.platform.dedupe_ttl.us,
        staging=folder.staging,
        mode=mode,
        lateness_us_by_type=scenario.platform.lateness_us_by_type,
    )


def _process(folder: RunFolder, settings: build.Settings, stages: build.Stages, messages: int) -> None:
    warehouse = LocalWarehouse(folder.warehouse, list(TABLES.values()))
    noted = Committing(warehouse, Commit(account=Account(RUNS.name, _asked(settings).row)))
    with structured_log(log_file(folder.pipeline_log), folder.path.name):
        with Progress("process", messages, "msg") as progress, _polling(progress):
            build.run(LocalEventLog.opened(folder.log), noted, read_reference(folder.truth), settings, stages)
        build_marts(warehouse)


def _asked(settings: build.Settings) -> Asked:
    """For ``ops.runs``, the one table that tells the time of day, and is compared with nothing."""
    terms = {name: getattr(settings, name) for name in _TERMS}
    key_ids = tuple(key.id for key in settings.keys.keys)
    return Asked("run", datetime.now(UTC), terms, settings.mode, key_ids)


@contextmanager
def _polling(progress: Progress) -> Iterator[None]:
    """Beam has no call-back while it runs: look at the stage's counter five times a second."""
    done = threading.Event()
    before = pipeline.progress.rows("decode")

    def poll() -> None:
        while not done.wait(0.2):
            progress.update_to(pipeline.progress.rows("decode") - before)

    poller = threading.Thread(target=poll, daemon=True)
    poller.start()
    try:
        yield
    finally:
        done.set()
        poller.join()
