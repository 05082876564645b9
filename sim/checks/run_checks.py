"""From a run folder on this machine to its verdict."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backends.local.event_log import read_log
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import TABLES
from sim.checks.all_checks import CHECKS, Inputs, run_checks
from sim.checks.guard import CannotTell
from sim.checks.verdict import Verdict, reason, worst
from sim.expected.tokens import TokenKey
from sim.ledger import Ledger
from sim.progress import Progress
from sim.run_folder import RunFolder, RunRecord
from sim.scenario import Scenario
from sim.seal import Seal
from sim.truth import Truth


def check_run(folder: RunFolder, record: RunRecord, scenario: Scenario, token_keys: tuple[TokenKey, ...]) -> Verdict:
    """Compare a run's log and warehouse with its truth and ledger.

    Writes nothing, but shows progress; in a run folder that was moved, the warehouse makes its views anew.
    """
    with Progress("check", CHECKS, "steps") as progress:
        checked = run_checks(_inputs(folder, record, scenario, token_keys, progress.update_to))
    outcome = worst(check.outcome for check in checked.checks)
    return Verdict(
        run=folder.path.resolve().name,
        scenario=scenario.name,
        seed=scenario.seed,
        mutant=record.mutant,
        mode=record.mode,
        outcome=outcome.name,
        exit_code=outcome.value,
        reason=reason(checked.checks),
        digests=dict(checked.digests),
        conservation=checked.conservation,
        faults=checked.faults,
        checks=checked.checks,
        rows=dict(checked.rows),
    )


def _inputs(
    folder: RunFolder,
    record: RunRecord,
    scenario: Scenario,
    token_keys: tuple[TokenKey, ...],
    progress: Callable[[int], None],
) -> Inputs:
    return Inputs(
        root=folder.path,
        read_seal=lambda: _seal(folder),
        scenario=scenario,
        token_keys=token_keys,
        mode=record.mode,
        read_truth=lambda: Truth.read(folder.truth),
        read_ledger=lambda: Ledger.read(folder.ledger),
        read_log=lambda on_torn: read_log(folder.log, on_torn),
        open_warehouse=lambda: _warehouse(folder),
        progress=progress,
    )


def _seal(folder: RunFolder) -> Seal:
    try:
        return Seal.read(folder.seal)
    except FileNotFoundError:
        raise CannotTell(f"{folder.seal.name} is missing") from None
    except msgspec.MsgspecError as error:
        raise CannotTell(f"{folder.seal.name} is not a seal: {error}") from error


def _warehouse(folder: RunFolder) -> LocalWarehouse:
    """Opening a warehouse that is not there would make an empty one."""
    if not folder.database.is_file():
        raise CannotTell(f"{folder.database.relative_to(folder.path)} is missing: there are no tables to look at")
    return LocalWarehouse(folder.warehouse, list(TABLES.values()))
