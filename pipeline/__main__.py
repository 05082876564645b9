"""``python -m pipeline``: run the pipeline over a log that is there, or build the marts.

Exit status: 0 done, 2 wrong arguments or no token key.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pyarrow.parquet as pq

from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline import token_key
from pipeline.contract.tables import TABLES
from pipeline.marts import build_marts

_US_PER_S = 1_000_000
_DIMENSIONS = ("dim_facility", "dim_carrier", "dim_lane")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.command(chosen)
    except (token_key.TokenKeyError, FileNotFoundError) as error:
        print(f"pipeline: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _run(chosen: argparse.Namespace) -> None:
    key = token_key.read(os.environ)
    from pipeline.build import Settings, run  # takes a second to import; no key, no start

    if not chosen.log.is_dir():
        raise FileNotFoundError(f"{chosen.log}: no such folder; --log must name an event log")
    reference = {name: pq.read_table(chosen.reference / f"{name}.parquet") for name in _DIMENSIONS}
    settings = Settings(
        token_key=key,
        allowed_lateness_us=round(chosen.allowed_lateness * _US_PER_S),
        future_tolerance_us=round(chosen.future_tolerance * _US_PER_S),
        staging=chosen.warehouse / ".staging",
    )
    run(LocalEventLog(chosen.log, 1), _warehouse(chosen), reference, settings)


def _marts(chosen: argparse.Namespace) -> None:
    build_marts(_warehouse(chosen))


def _warehouse(chosen: argparse.Namespace) -> LocalWarehouse:
    return LocalWarehouse(chosen.warehouse, list(TABLES.values()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="process an event log into a warehouse, in one commit")
    run.add_argument("--log", type=Path, required=True, metavar="DIR", help="folder of the event log")
    run.add_argument("--warehouse", type=Path, required=True, metavar="DIR", help="folder of the tables")
    run.add_argument("--reference", type=Path, required=True, metavar="DIR", help="folder of dim_*.parquet")
    run.add_argument("--allowed-lateness", type=float, default=86_400, metavar="S", help="seconds; default: one day")
    run.add_argument("--future-tolerance", type=float, default=300, metavar="S", help="seconds; default: five minutes")
    run.set_defaults(command=_run)
    marts = commands.add_parser("marts", help="build the marts from the tables of a warehouse")
    marts.add_argument("--warehouse", type=Path, required=True, metavar="DIR", help="folder of the tables")
    marts.set_defaults(command=_marts)
    return parser


if __name__ == "__main__":
    sys.exit(main())
