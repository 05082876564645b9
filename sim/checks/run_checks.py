"""From a run folder on this machine to its verdict."""

from __future__ import annotations

from collections.abc import Callable

from backends.local.event_log import read_log
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import TABLES
from sim.checks.all_checks import CHECKS, Inputs, run_checks
from sim.checks.verdict import Verdict, reason, worst
from sim.ledger import Ledger
from sim.progress import Progress
from sim.run_folder import RunFolder, RunRecord
from sim.scenario import Scenario
from sim.seal import Seal
from sim.truth import Truth


def check_run(folder: RunFolder, record: RunRecord, scenario: Scenario, token_key: bytes) -> Verdict:
    """Compare a run's log and warehouse with its truth and ledger. Writes nothing, but shows progress."""
    sealed = Seal.read(folder.seal)
    with Progress("check", CHECKS, "checks") as progress:
        checked = run_checks(_inputs(folder, sealed, scenario, token_key, progress.update_to))
    outcome = worst(check.outcome for check in checked.checks)
    return Verdict(
        run=record.id,
        scenario=record.scenario,
        seed=record.seed,
        mutant=record.mutant,
        outcome=outcome.name,
        exit_code=outcome.value,
        reason=reason(checked.checks),
        digests=sealed.digests,
        conservation=checked.conservation,
        faults=checked.faults,
        checks=checked.checks,
        rows=dict(checked.rows),
    )


def _inputs(
    folder: RunFolder, sealed: Seal, scenario: Scenario, token_key: bytes, progress: Callable[[int], None]
) -> Inputs:
    return Inputs(
        root=folder.path,
        sealed=sealed.files,
        scenario=scenario,
        token_key=token_key,
        read_truth=lambda: Truth.read(folder.truth),
        read_ledger=lambda: Ledger.read(folder.ledger),
        read_log=lambda on_torn: read_log(folder.log, on_torn),
        open_warehouse=lambda: LocalWarehouse(folder.warehouse, list(TABLES.values())),
        progress=progress,
    )
