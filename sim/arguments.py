"""The arguments of ``sim``: what can be given, and what is said when something else was."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn, get_args

from sim.errors import UsageError, unknown
from sim.exit_status import ExitStatus
from sim.output import tell
from sim.run_folder import Mode
from sim.units import Duration, UnitError

SEED_MAX = 2**63 - 1
WORKERS_MAX = 256
_SPEEDS = (0.01, 1_000_000)
"""Simulated seconds to one on the wall."""
_LONGEST = Duration.parse("366 d")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= SEED_MAX):
        raise argparse.ArgumentTypeError(f"found '{text}', want a whole number from 0 to {SEED_MAX}")
    return int(text)


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("found an empty text, want a folder; '.' is the current one")
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"found the file '{text}', want a folder")
    return path


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= SEED_MAX):
        raise argparse.ArgumentTypeError(f"found '{text}', want a whole number of at least 1")
    return int(text)


def _workers(text: str) -> int:
    if _positive(text) > WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"found '{text}', want at most {WORKERS_MAX}")
    return int(text)


def _speed(text: str) -> float | None:
    """How many times as fast as real time; none is as fast as can be."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)x", text)
    if text == "max":
        return None
    if text == "realtime":
        return 1.0
    slowest, fastest = _SPEEDS
    if not match or not slowest <= float(match[1]) <= fastest:
        allowed = f"max, realtime, or a multiple such as 60x, from {slowest}x to {fastest}x"
        raise argparse.ArgumentTypeError(f"found '{text}', want {allowed}")
    return float(match[1])


def _duration(text: str) -> Duration:
    try:
        duration = Duration.parse(text)
    except UnitError as error:
        raise argparse.ArgumentTypeError(f"found '{text}', want {error}") from error
    if duration.us > _LONGEST.us:
        raise argparse.ArgumentTypeError(f"found '{text}', want a duration up to {_LONGEST}, as long as a run can be")
    return duration


def cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _schema_of(text: str) -> str:
    if text not in ("scenario", "network"):
        raise argparse.ArgumentTypeError(unknown("kind of file", text, ("scenario", "network")))
    return text


def _mode(text: str) -> str:
    if text not in get_args(Mode):
        raise argparse.ArgumentTypeError(unknown("mode", text, get_args(Mode)))
    return text


Argument = tuple[str, Mapping[str, Any]]
_SCENARIO: Argument = ("scenario", {"metavar": "SCENARIO", "help": "a scenario file, or the name of a shipped one"})
_RUNS: Argument = (
    "--runs",
    {"metavar": "DIR", "type": _folder, "default": Path("runs"), "help": "the folder of all runs (default: runs)"},
)

_WORKERS: Argument = (
    "--workers",
    {
        "metavar": "N",
        "type": _workers,
        "default": cpus(),
        "help": "processes that make messages; changes no byte (default: one for each processor)",
    },
)
_SEED: Argument = (
    "--seed",
    {"metavar": "N", "type": _seed, "help": "the seed, in place of the scenario's own"},
)
_FILES: Argument = (
    "files",
    {"metavar": "SCENARIO", "nargs": "+", "help": "a scenario or network file, or a shipped scenario's name"},
)
_SCHEMA_OF: Argument = (
    "of",
    {"metavar": "OF", "nargs": "?", "type": _schema_of, "default": "scenario", "help": "scenario (default) or network"},
)

COMMANDS: Mapping[str, tuple[str, Sequence[Argument]]] = {
    "run": (
        "simulate a scenario, run the pipeline on it and compare the tables with the truth",
        [
            _SCENARIO,
            _SEED,
            _WORKERS,
            _RUNS,
            (
                "--mode",
                {
                    "metavar": "MODE",
                    "type": _mode,
                    "default": "batch",
                    "help": "how the pipeline reads the log: batch (default), all at once; "
                    "streaming, as it arrived, with panes",
                },
            ),
            ("--mutant", {"metavar": "NAME", "help": "run a pipeline broken on purpose, which must FAIL"}),
        ],
    ),
    "generate": (
        "simulate a scenario into a log, with its truth and ledger, and run no pipeline",
        [
            _SCENARIO,
            _SEED,
            _WORKERS,
            ("--out", {"metavar": "DIR", "type": _folder, "help": "the folder to write into, new or empty"}),
            ("--limit", {"metavar": "N", "type": _positive, "help": "stop after the first N messages"}),
            (
                "--speed",
                {
                    "metavar": "SPEED",
                    "type": _speed,
                    "default": None,
                    "help": "max (default), realtime, or a multiple of real time such as 60x",
                },
            ),
            (
                "--backfill",
                {
                    "metavar": "DURATION",
                    "type": _duration,
                    "default": Duration(0),
                    "help": "with --speed: append the first of the run, as 2 d, at once, then go on live",
                },
            ),
            ("--sample", {"metavar": "N", "type": _positive, "help": "print N messages for a look, and write nothing"}),
        ],
    ),
    "describe": (
        "tell what happened in the world of a run: volumes, times, queues, faults; with a plot",
        [("run", {"metavar": "RUN", "help": "a run's folder, or its id"}), _RUNS],
    ),
    "check": (
        "compare the tables of a run again, without running anything",
        [("run", {"metavar": "RUN", "help": "a run's folder, or its id"}), _RUNS],
    ),
    "runs": ("list the runs", [_RUNS]),
    "list": ("list the scenarios that ship with the package", []),
    "validate": (
        "read scenario and network files and tell every mistake in them",
        [_FILES],
    ),
    "schema": (
        "print the JSON Schema of scenario or network files, for editors",
        [_SCHEMA_OF],
    ),
    "init": (
        "write a commented scenario to start from; overwrites nothing",
        [("folder", {"metavar": "DIR", "type": _folder, "help": "the folder to write into"})],
    ),
}
"""For each command what it does, and what it takes."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def _print_message(self, message: str, file: object = None) -> None:
        """All that argparse prints is what was asked for: help and version."""
        tell(message, end="")


def parse(given: Sequence[str]) -> argparse.Namespace:
    """The command and its arguments. Raises UsageError, with the closest match for a mistyped command or option."""
    command = next((word for word in given if not word.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        raise UsageError(unknown("command", command, COMMANDS))
    arguments, left = _parser().parse_known_args(given)
    if left and left[0].startswith("-"):
        options = [name for name, _ in COMMANDS[arguments.command][1] if name.startswith("-")]
        raise UsageError(unknown("option", left[0].partition("=")[0], [*options, "--help"]))
    if left:
        raise UsageError(f"one argument too many: '{left[0]}'; see `sim {arguments.command} --help`")
    return arguments


def _parser() -> _Parser:
    statuses = "\n".join(f"  {status.value:<5}{status.name:<13}{status.meaning}" for status in ExitStatus)
    parser = _Parser(
        prog="sim",
        description="Simulate a logistics network, run the data pipeline on it, and prove its tables right or wrong.",
        epilog=f"exit statuses:\n{statuses}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"sim {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (what, arguments) in COMMANDS.items():
        below = commands.add_parser(name, help=what, description=f"{what.capitalize()}.", allow_abbrev=False)
        for argument, settings in arguments:
            below.add_argument(argument, **settings)
    return parser


def _version() -> str:
    try:
        return version("logistics-twin")
    except PackageNotFoundError:
        return "of a checkout that is not installed"
