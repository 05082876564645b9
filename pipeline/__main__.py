"""``python -m pipeline``: run the pipeline over a log that is there, or build the marts. ``--help`` says it all."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import BackendError, TableSpec
from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from backends.stage_failed import StageFailed
from pipeline import token_key
from pipeline.arguments import ExitStatus, parse
from pipeline.contract.tables import DIMENSIONS, TABLES
from pipeline.marts import build_marts

_US_PER_S = 1_000_000


class _UsageError(Exception):
    """The command can't be carried out as it was given."""


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    chosen = parse(given)
    try:
        _COMMANDS[chosen.command](chosen)
    except (token_key.TokenKeyError, _UsageError) as error:
        return _ended(ExitStatus.USAGE, str(error))
    except (BackendError, OSError) as error:
        return _ended(ExitStatus.REFUSED, str(error))
    except StageFailed as error:
        return _ended(ExitStatus.CRASH, f"crashed: {error}")
    except KeyboardInterrupt:
        return _ended(ExitStatus.INTERRUPTED, "stopped by Ctrl-C; no table is half written")
    return ExitStatus.DONE


def _ended(status: ExitStatus, why: str) -> ExitStatus:
    print(f"pipeline: {why}", file=sys.stderr)  # noqa: T201
    return status


def _run(chosen: argparse.Namespace) -> None:
    keys = token_key.read(os.environ)
    log = _log(chosen.log)
    reference = {spec.name.partition(".")[2]: _dimension(chosen.reference, spec) for spec in DIMENSIONS}
    from pipeline.build import Settings, run  # takes a second to import; no key, no start

    settings = Settings(
        keys=keys,
        allowed_lateness_us=round(chosen.allowed_lateness * _US_PER_S),
        future_tolerance_us=round(chosen.future_tolerance * _US_PER_S),
        dedupe_ttl_us=round(chosen.dedupe_ttl * _US_PER_S),
        staging=chosen.warehouse / ".staging",
    )
    run(log, _warehouse(chosen), reference, settings)


def _log(folder: Path) -> LocalEventLog:
    try:
        return LocalEventLog.opened(folder)
    except BackendError as error:
        raise _UsageError(f"--log: {error}") from error


def _dimension(folder: Path, spec: TableSpec) -> pa.Table:
    path = folder / f"{spec.name.partition('.')[2]}.parquet"
    try:
        return pq.read_table(path).select(spec.schema.names).cast(spec.schema)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise _UsageError(f"--reference: {path}: must be a Parquet file with {', '.join(spec.schema.names)}") from error


def _marts(chosen: argparse.Namespace) -> None:
    if not (chosen.warehouse / "warehouse.duckdb").is_file():
        raise _UsageError(f"--warehouse: {chosen.warehouse}: no warehouse; `run` makes one")
    build_marts(_warehouse(chosen))


def _warehouse(chosen: argparse.Namespace) -> LocalWarehouse:
    return LocalWarehouse(chosen.warehouse, list(TABLES.values()))


_COMMANDS = {"run": _run, "marts": _marts}

if __name__ == "__main__":
    sys.exit(main())
