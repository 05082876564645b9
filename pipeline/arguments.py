"""What ``python -m pipeline`` takes, and what it says about itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.tables import MARTS
from pipeline.exit_status import ExitStatus
from pipeline.guessing import GuessingParser, unknown

_SECONDS_MAX = 100 * 366 * 86_400
_STATUSES = "exit status:\n" + "\n".join(f"  {status.value:<4} {status.meaning}" for status in ExitStatus)
_KEY = """environment:
  SIM_PII_KEY       the key of the tokens that stand for personal data: hex digits or text, 16 bytes or more
  SIM_PII_KEY_FILE  a file with mode 0600, read if SIM_PII_KEY is not set; in it one word, the key, or to change keys
                    a line for each, oldest first: `ID KEY`, then `ID KEY from TIME`, as in 2026-03-01T00:00:00Z
  Without a key nothing is processed. Another key gives other tokens; each token names its key. A message has the
  newest key that was in force when it arrived."""
_WRITES = """what it writes, all in the folder of --warehouse:
  raw/ clean/ curated/ ops/  immutable data files; raw/ holds personal data: restrict it
  warehouse.duckdb           which files are in which table, and a view of each table; opens in any DuckDB client
  .staging/                  while it runs: batches with tokens in place of personal data; removed at the end
All tables appear in one commit at the end, or none does. A warehouse holds one run: the same log, reference tables,
settings and key again change nothing; anything else is refused (exit status 1), and needs another folder, or --replace.
Marts stay as they are until `marts` or `reconcile` builds them."""
_RECONCILES = """What stands in a mart is compared with what the clean tables say now, day by day. Each day that differs
is rebuilt, and has a row in ops.recon_results. Days of curated.kpi_5min that differ are only reported. Doing it again
changes nothing. Numbers that differ by no more than a billionth, as sums in another order do, are the same."""
_BACKFILLS = """Rows of messages that arrived on these days and claim these types are replaced, and rows of other
messages whose fate hangs on one of them: a copy of a message that is refused now is no copy any more. Windows, metrics
and dimensions that change by it are counted anew; a window counted anew has no panes. All other rows stay as they are.
Messages from the first day on are read, and of the time before, what was the first of its key within --dedupe-ttl.
While it runs, its own tables are in .backfill/ in the folder of --warehouse. Doing it again changes nothing."""


def parse(given: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with ``command`` saying which command they are for. Ends the process (2) if they are wrong."""
    parser = GuessingParser(
        prog="python -m pipeline",
        description="Run the pipeline over messages that are there, and look after its tables.",
        epilog=f"{_KEY}\n\n{_STATUSES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_replay(commands)
    _add_marts(commands)
    _add_reconcile(commands)
    _add_backfill(commands)
    return parser.parse_args(given)


def _add_run(commands: Any) -> None:
    run = _command(
        commands,
        "run",
        "process an event log into a warehouse, in one commit",
        "Process an event log into the tables of a warehouse, in one commit.",
        f"{_WRITES}\n\n{_KEY}\n\n{_STATUSES}",
    )
    run.add_argument(
        "--log", type=Path, required=True, metavar="DIR", help="folder of the event log, which is read only"
    )
    run.add_argument(
        "--mode",
        choices=("batch", "streaming"),
        default="batch",
        help="all of the log at once, or as it arrived, with early, on-time and late panes in curated.kpi_5min_panes; "
        "all other tables are the same; default batch",
    )
    _add_process(run)


def _add_replay(commands: Any) -> None:
    replay = _command(
        commands,
        "replay",
        "process archived messages again, into another warehouse",
        "Process messages that raw.messages has kept, byte for byte, into the tables of another warehouse. With the\n"
        "same reference tables, settings and key they are equal to those of the first.",
        f"{_WRITES}\n\n{_KEY}\n\n{_STATUSES}",
    )
    replay.add_argument(
        "raw", type=Path, metavar="RAW", help="folder of a warehouse, or raw/messages of one; it is read only"
    )
    _add_process(replay)


def _add_process(parser: argparse.ArgumentParser) -> None:
    """What every command that processes messages takes."""
    _add_warehouse(parser, "folder of the tables; made if it is not there")
    parser.add_argument("--replace", action="store_true", help="let this run take the place of the one that is there")
    _add_settings(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """What tables depend on beside messages and key."""
    _add_reference(parser)
    _add_seconds(parser, "--allowed-lateness", 86_400, "how long after its window's end an event still counts in KPIs")
    parser.add_argument(
        "--allowed-lateness-of",
        type=_seconds_of_type,
        action="append",
        metavar="TYPE=S",
        help="the same of one event type, as in facility.scan=3600; may be given again",
    )
    _add_seconds(
        parser, "--future-tolerance", 300, "how far an event may lie ahead of its arrival, else it is rejected"
    )
    _add_seconds(parser, "--dedupe-ttl", 7 * 86_400, "how long an event is remembered, to know its copies by")
    parser.add_argument(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="stderr: only what goes wrong, for people, or all in JSON lines, for a log collector; default text",
    )


def _add_reference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reference",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder with dim_facility.parquet, dim_carrier.parquet and dim_lane.parquet",
    )


def _add_marts(commands: Any) -> None:
    marts = _command(
        commands,
        "marts",
        "build the marts from the tables of a warehouse",
        "Build marts, or some of their days, anew from the tables of a warehouse: all that is asked, or nothing.",
        _STATUSES,
    )
    _add_warehouse(marts, "folder of the tables, as `run` left it")
    _add_days(marts)
    marts.add_argument(
        "--mart",
        action="append",
        type=_mart,
        metavar="NAME",
        help=f"one of them; may be given again; default all: {', '.join(mart.name for mart in MARTS)}; "
        "a name may leave out what stands before the dot",
    )


def _mart(text: str) -> str:
    """The name of a mart without its schema."""
    short_by_name = {mart.name: mart.name.partition(".")[2] for mart in MARTS}
    if text in short_by_name.values():
        return text
    if text in short_by_name:
        return short_by_name[text]
    raise argparse.ArgumentTypeError(unknown("mart", text, short_by_name, short_by_name.values()))


def _add_reconcile(commands: Any) -> None:
    reconcile = _command(
        commands,
        "reconcile",
        "find days of marts that late data have changed, and rebuild them",
        "Find the days of marts that no longer say what the clean tables say, and rebuild them in one transaction.",
        f"{_RECONCILES}\n\n{_STATUSES}",
    )
    _add_warehouse(reconcile, "folder of the tables, as `run` left it")
    _add_days(reconcile)


def _add_backfill(commands: Any) -> None:
    backfill = _command(
        commands,
        "backfill",
        "process messages of some days once more, and replace the rows that differ",
        "Process archived messages of some days of arrival once more, with the present code, settings and key,\n"
        "and replace the rows that differ, in one commit. Then reconcile the marts.",
        f"{_BACKFILLS}\n\n{_KEY}\n\n{_STATUSES}",
    )
    _add_warehouse(backfill, "folder of the tables, as `run` left it")
    _add_days(backfill, required=True)
    backfill.add_argument(
        "--type",
        action="append",
        choices=[*EVENT_TYPES, "unknown"],
        metavar="TYPE",
        help="only messages that claim this event type; may be given again; default all",
    )
    backfill.add_argument(
        "--log",
        type=Path,
        metavar="DIR",
        help="an event log: messages of it that are in scope and not in the warehouse join it",
    )
    backfill.add_argument(
        "--new-keys",
        action="store_true",
        help="go on though a key is not given that tokens in the warehouse were made with: the same person has another "
        "token in what is processed now",
    )
    _add_settings(backfill)


def _command(commands: Any, name: str, meaning: str, description: str, epilog: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=meaning,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def _add_days(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    for name, where, default in (("--from", "first_day", date.min), ("--to", "last_day", date.max)):
        parser.add_argument(
            name,
            dest=where,
            type=_day,
            default=default,
            required=required,
            metavar="DAY",
            help=f"the {where.replace('_', ' ')}, as in 2026-03-02{'' if required else '; default all'}",
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a day as in 2026-03-02, not {text!r}") from None


def _add_warehouse(parser: argparse.ArgumentParser, meaning: str) -> None:
    parser.add_argument("--warehouse", type=Path, required=True, metavar="DIR", help=meaning)


def _add_seconds(parser: argparse.ArgumentParser, name: str, default: int, meaning: str) -> None:
    parser.add_argument(
        name, type=_seconds, default=default, metavar="S", help=f"{meaning}; seconds, default {default}"
    )


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= _SECONDS_MAX:
            return float(text)
    raise argparse.ArgumentTypeError(f"must be from 0 to {_SECONDS_MAX:,} seconds, not {text!r}")


def _seconds_of_type(text: str) -> tuple[str, float]:
    kind, _, seconds = text.partition("=")
    if kind not in EVENT_TYPES:
        raise argparse.ArgumentTypeError(f"must be TYPE=S, not {text!r}: {unknown('type', kind, EVENT_TYPES)}")
    return kind, _seconds(seconds)
