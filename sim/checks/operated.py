"""What commands say about themselves, held to rules: nobody can expect when a command ran, or how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.contract.tables import MARTS, RECON_RESULTS, RUNS
from sim.checks.observed import Observed
from sim.checks.scratch import Scratch, literal
from sim.checks.table_findings import rows_word
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude
from sim.run_folder import Mode

_MART_NAMES = ", ".join(literal(mart.name) for mart in MARTS)


def check(observed: Observed, mode: Mode, key_ids: Sequence[str]) -> CheckResult:
    """``ops.runs`` has the run's own row, with the messages and keys that it had; all that was reconciled has a run."""
    scratch = observed.scratch
    runs, reconciled = observed.table(RUNS), observed.table(RECON_RESULTS)
    rules = [
        (FindingKind.DUPLICATED, RUNS.name, f"{runs} where {_again(runs)}", "of a run that is there already"),
        (FindingKind.CORRUPTED, RUNS.name, f"{runs} where not started_at <= finished_at", "that end before they begin"),
        *_own(runs, mode, key_ids, scratch.messages()),
        (
            FindingKind.UNEXPECTED,
            RECON_RESULTS.name,
            f"{reconciled} where run_id not in (select run_id from {runs}) or table_name not in ({_MART_NAMES})",
            "of no run, or of no mart",
        ),
        (
            FindingKind.CORRUPTED,
            RECON_RESULTS.name,
            f"{reconciled} where least(rows_before, rows_after, rows_changed, late_events) < 0",
            "with fewer than no rows",
        ),
    ]
    findings = [one for rule in rules for one in _finding(scratch, *rule)]
    (rows,) = scratch.numbers(f"select (select count(*) from {runs}) + (select count(*) from {reconciled})")
    return conclude("operated", rows, findings or _missing(scratch, runs))


def _again(runs: str) -> str:
    return f"run_id in (select run_id from {runs} group by run_id having count(*) > 1)"


def _own(runs: str, mode: Mode, key_ids: Sequence[str], messages: int) -> Iterator[tuple[FindingKind, str, str, str]]:
    must = {"messages": str(messages), "mode": literal(mode), "key_ids": literal(" ".join(key_ids))}
    for field, value in must.items():
        wrong = f"(select run_id, '{field}' as field, {value} as expected, {field} as observed from {runs} "
        yield (
            FindingKind.CORRUPTED,
            RUNS.name,
            f"{wrong} where command = 'run' and {field} is distinct from {value})",
            f"of the run, with other {field} than it had",
        )


def _finding(scratch: Scratch, kind: FindingKind, table: str, wrong: str, said: str) -> Iterator[Finding]:
    (rows,) = scratch.numbers(f"select count(*) from {wrong}")
    if rows:
        yield Finding(kind, table, rows, f"{rows_word(rows)} of {table} {said}", scratch.samples(f"from {wrong}"))


def _missing(scratch: Scratch, runs: str) -> Iterator[Finding]:
    (own,) = scratch.numbers(f"select count(*) from {runs} where command = 'run'")
    if not own:
        yield Finding(FindingKind.LOST, RUNS.name, 1, f"{RUNS.name} has no row of the run that made the tables")
