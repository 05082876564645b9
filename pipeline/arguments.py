"""What ``python -m pipeline`` takes, and what it says about itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any


class ExitStatus(IntEnum):
    """What the command came to."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    CRASH = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """A sentence for people."""
        return _MEANING[self]


_MEANING = {
    ExitStatus.DONE: "the tables are there; doing it again changes nothing",
    ExitStatus.REFUSED: "log or warehouse can't do what was asked; no table is half written",
    ExitStatus.USAGE: "wrong arguments, no log, no reference tables, or no token key; nothing was run",
    ExitStatus.CRASH: "a stage crashed, which is a bug; no table is half written",
    ExitStatus.INTERRUPTED: "stopped by Ctrl-C; no table is half written",
}

_SECONDS_MAX = 100 * 366 * 86_400
_STATUSES = "exit status:\n" + "\n".join(f"  {status.value:<4} {status.meaning}" for status in ExitStatus)
_KEY = """environment:
  SIM_PII_KEY       the key of the tokens that stand for personal data: hex digits or text, 16 bytes or more
  SIM_PII_KEY_FILE  a file with mode 0600, read if SIM_PII_KEY is not set; in it one word, the key, or to change keys
                    a line for each, oldest first: `ID KEY`, then `ID KEY from TIME`, as in 2026-03-01T00:00:00Z
  Without a key `run` does not start. Another key gives other tokens; each token names its key. A message has the
  newest key that was in force when it arrived."""
_WRITES = """what it writes, all in the folder of --warehouse:
  raw/ clean/ curated/ ops/  immutable data files; raw/ holds personal data: restrict it
  warehouse.duckdb           which files are in which table, and a view of each table; opens in any DuckDB client
  .staging/                  while it runs: batches with tokens in place of personal data; removed at the end
All tables appear in one commit at the end, or none does. A warehouse holds one run: the same log, reference tables,
settings and key again change nothing, anything else is refused (exit status 1) and needs another folder."""


def parse(given: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with ``command`` saying which command they are for. Ends the process (2) if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="Run the pipeline over an event log that is there, or build the marts.",
        epilog=f"{_KEY}\n\n{_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_marts(commands)
    return parser.parse_args(given)


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="process an event log into a warehouse, in one commit",
        description="Process an event log into the tables of a warehouse, in one commit.",
        epilog=f"{_WRITES}\n\n{_KEY}\n\n{_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--log", type=Path, required=True, metavar="DIR", help="folder of the event log, which is read only"
    )
    _add_warehouse(run, "folder of the tables; made if it is not there")
    run.add_argument(
        "--reference",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder with dim_facility.parquet, dim_carrier.parquet and dim_lane.parquet",
    )
    _add_seconds(run, "--allowed-lateness", 86_400, "how long after its window's end an event still counts in KPIs")
    _add_seconds(run, "--future-tolerance", 300, "how far an event may lie ahead of its arrival, else it is rejected")
    _add_seconds(run, "--dedupe-ttl", 7 * 86_400, "how long an event is remembered, to know its copies by")


def _add_marts(commands: Any) -> None:
    marts = commands.add_parser(
        "marts",
        help="build the marts from the tables of a warehouse",
        description="Build all marts anew from the tables of a warehouse. Each is replaced whole, or not at all.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_warehouse(marts, "folder of the tables, as `run` left it")


def _add_warehouse(parser: argparse.ArgumentParser, meaning: str) -> None:
    parser.add_argument("--warehouse", type=Path, required=True, metavar="DIR", help=meaning)


def _add_seconds(parser: argparse.ArgumentParser, name: str, default: int, meaning: str) -> None:
    parser.add_argument(
        name, type=_seconds, default=default, metavar="S", help=f"{meaning}; seconds, default {default}"
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= _SECONDS_MAX:
        raise argparse.ArgumentTypeError(f"must be from 0 to {_SECONDS_MAX:,} seconds, not {text}")
    return seconds
