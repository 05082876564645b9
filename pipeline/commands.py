"""What each command of ``python -m pipeline`` does, from its arguments to its tables."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import FIRST_COMMIT, Account, AnotherRun, BackendError, Commit, EventLog, TableSpec, Warehouse
from backends.local.event_log import LocalEventLog
from backends.local.raw_archive import RawArchive
from backends.local.warehouse import LocalWarehouse
from pipeline import token_key
from pipeline.batch.account import Asked
from pipeline.batch.days import Days
from pipeline.batch.empty_days import no_events, no_messages
from pipeline.batch.last_commit import last_commit
from pipeline.batch.reconcile import reconcile
from pipeline.batch.scope import Scope
from pipeline.contract.tables import DIMENSIONS, MARTS, RUNS, TABLES
from pipeline.marts import build_marts
from pipeline.outcome import committed, next_step
from pipeline.own_folder import own_folder
from pipeline.usage import UsageError, check_apart, check_folder, check_keys

if TYPE_CHECKING:
    import apache_beam as beam

    from pipeline.build import Settings

_US_PER_S = 1_000_000


@dataclass(frozen=True)
class Committing:
    """A warehouse that is written to by one certain commit."""

    warehouse: Warehouse
    commit: Commit

    def sink(self, commit: Commit = FIRST_COMMIT) -> beam.PTransform[Any, Any]:
        """The sink that makes this commit, and no other."""
        return self.warehouse.sink(self.commit)

    def query(self, sql: str, parameters: Any = ()) -> pa.RecordBatchReader:
        """As the warehouse answers."""
        return self.warehouse.query(sql, parameters)


def _run(chosen: argparse.Namespace) -> None:
    _process(chosen, lambda: _opened("--log", chosen.log, LocalEventLog.opened))


def _replay(chosen: argparse.Namespace) -> None:
    _process(chosen, lambda: _opened("RAW", chosen.raw, RawArchive.opened))


def _opened(argument: str, folder: Path, opener: Callable[[Path], EventLog]) -> EventLog:
    check_folder(argument, folder)
    try:
        return opener(folder)
    except BackendError as error:
        inside = folder / "log"
        with suppress(BackendError):
            opener(inside)
            raise UsageError(f"{argument}: {error}; did you mean {inside}?") from error
        raise UsageError(f"{argument}: {error}") from error


def _process(chosen: argparse.Namespace, open_log: Callable[[], EventLog]) -> None:
    settings = _settings(chosen)
    log = open_log()
    check_apart(chosen.warehouse, *(("--log", chosen.log) if chosen.command == "run" else ("RAW", chosen.raw)))
    reference = _reference(chosen.reference)
    from pipeline.build import run  # takes a second to import; no key, no start

    commit = Commit(
        "everything" if chosen.replace else "nothing", account=Account(RUNS.name, _asked(chosen, settings).row)
    )
    warehouse = _made(chosen)
    before = last_commit(warehouse)
    try:
        run(log, Committing(warehouse, commit), reference, settings)
    except AnotherRun as error:
        raise BackendError(f"{error}; `--replace` lets it") from error
    _say(committed(warehouse, before))
    _say(next_step(warehouse, chosen.warehouse))


def _settings(chosen: argparse.Namespace) -> Settings:
    keys = token_key.read(os.environ)
    from pipeline.build import Settings

    return Settings(
        keys=keys,
        allowed_lateness_us=round(chosen.allowed_lateness * _US_PER_S),
        future_tolerance_us=round(chosen.future_tolerance * _US_PER_S),
        dedupe_ttl_us=round(chosen.dedupe_ttl * _US_PER_S),
        staging=chosen.warehouse / ".staging",
        mode=getattr(chosen, "mode", "batch"),
        lateness_us_by_type={kind: round(seconds * _US_PER_S) for kind, seconds in chosen.allowed_lateness_of or ()},
    )


_NO_SETTING = ("command", "warehouse", "log", "raw", "reference", "mode", "log_format", "new_keys")


def _asked(chosen: argparse.Namespace, settings: Settings | None = None) -> Asked:
    """What the command was asked. Folders are left out: the same work in another place is the same work."""
    given = {name: value for name, value in vars(chosen).items() if name not in _NO_SETTING and value is not None}
    key_ids = tuple(key.id for key in settings.keys.keys) if settings else ()
    return Asked(chosen.command, datetime.now(UTC), given, getattr(chosen, "mode", "batch"), key_ids)


def _reference(folder: Path) -> Mapping[str, pa.Table]:
    check_folder("--reference", folder)
    return {spec.name.partition(".")[2]: _dimension(folder, spec) for spec in DIMENSIONS}


def _dimension(folder: Path, spec: TableSpec) -> pa.Table:
    path = folder / f"{spec.name.partition('.')[2]}.parquet"
    try:
        return pq.read_table(path).select(spec.schema.names).cast(spec.schema)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise UsageError(f"--reference: {path}: must be a Parquet file with {', '.join(spec.schema.names)}") from error


def _marts(chosen: argparse.Namespace) -> None:
    marts = [mart for mart in MARTS if not chosen.mart or mart.name.partition(".")[2] in chosen.mart]
    days, warehouse = _days(chosen), _present(chosen)
    build_marts(warehouse, marts, days, _asked(chosen))
    _say(no_events(warehouse, days))
    rows = " + ".join(f"(SELECT COUNT(*) FROM {mart.name})" for mart in marts)
    (count,) = warehouse.query(f"SELECT {rows} AS found").read_all()["found"].to_pylist()
    _say(f"built {len(marts)} mart{'s'[: len(marts) > 1]}: {count:,} rows")


def _backfill(chosen: argparse.Namespace) -> None:
    settings, days, warehouse = _settings(chosen), _days(chosen), _present(chosen)
    if not chosen.new_keys:
        check_keys(warehouse, settings.keys.ids)
    more = _opened("--log", chosen.log, LocalEventLog.opened) if chosen.log else None
    reference = _reference(chosen.reference)
    from pipeline.batch.backfill import backfill
    from pipeline.batch.held import AnotherLog

    asked, before = _asked(chosen, settings), last_commit(warehouse)
    try:
        with own_folder(chosen.warehouse / ".backfill") as folder:
            changed = backfill(
                warehouse,
                LocalWarehouse(folder, list(TABLES.values())),
                lambda read: RawArchive.opened(chosen.warehouse, read, read.first_day),
                reference,
                settings,
                Scope(days, tuple(chosen.type or ())),
                asked,
                more=more,
            )
    except AnotherLog as error:
        raise BackendError(f"--log: {chosen.log}: {error}") from error
    _say(no_messages(warehouse, days) or (None if changed else "every row in scope is as the pipeline makes it now"))
    _print_days(reconcile(warehouse, replace(asked, command="reconcile")))
    _say(committed(warehouse, before))


def _reconcile(chosen: argparse.Namespace) -> None:
    days, warehouse = _days(chosen), _present(chosen)
    rows = reconcile(warehouse, _asked(chosen), days)
    _print_days(rows)
    _say(None if rows else no_events(warehouse, days))


def _say(sentence: str | None) -> None:
    if sentence:
        print(sentence)  # noqa: T201


def _print_days(rows: Sequence[Mapping[str, object]]) -> None:
    columns = ("table_name", "partition_date", "rows_before", "rows_after", "rows_changed", "late_events", "action")
    lines = [columns, *[tuple(str(row[name]) for name in columns) for row in rows]] if rows else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())  # noqa: T201
    if not rows:
        print("every day of every mart says what the clean tables say")  # noqa: T201


def _days(chosen: argparse.Namespace) -> Days:
    if chosen.first_day > chosen.last_day:
        raise UsageError(f"--to: {chosen.last_day} is before --from {chosen.first_day}")
    return Days(chosen.first_day, chosen.last_day)


def _present(chosen: argparse.Namespace) -> LocalWarehouse:
    if not (chosen.warehouse / "warehouse.duckdb").is_file():
        raise UsageError(f"--warehouse: {chosen.warehouse}: no warehouse; `run` makes one")
    return _made(chosen)


def _made(chosen: argparse.Namespace) -> LocalWarehouse:
    return LocalWarehouse(chosen.warehouse, list(TABLES.values()))


COMMANDS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "run": _run,
    "replay": _replay,
    "marts": _marts,
    "reconcile": _reconcile,
    "backfill": _backfill,
}
