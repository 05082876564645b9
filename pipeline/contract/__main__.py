"""``python -m pipeline.contract``: what is generated from the contract, and whether its versions go together."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.contract import generated_files, released
from pipeline.contract.compat.compare import Mode, compare
from pipeline.contract.compat.json_rules import NotComparable
from pipeline.contract.compat.near import did_you_mean
from pipeline.contract.docs import contract_page

_STATUSES = """exit status:
  0  done; of versions: those that were compared go together
  1  they don't, for each of the reasons given; nothing was published
  2  wrong arguments, or nothing that can be compared"""
_MODES = "modes:\n" + "\n".join(f"  {mode:<9} {mode.meaning}" for mode in Mode)


def main(given: Sequence[str] | None = None) -> int:
    """Do what the arguments say. Gives the exit status."""
    asked = _parser().parse_args(given)
    try:
        status: int = asked.work(asked)
    except (NotComparable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.contract",
        description="Write what is generated from the contract, compare versions of schemas, publish them.",
        epilog=_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _command(commands, "docs", _docs, "print docs/data-contracts.md")
    for kind in generated_files.KINDS:
        one = _command(commands, kind, _kind, f"write the {kind} files into a folder")
        one.add_argument("folder", type=Path, metavar="DIR", help="where to write; made if it is not there")
    every = _command(commands, "all", _all, "write all generated files, the page too, where they belong")
    every.add_argument("folder", type=Path, nargs="?", default=generated_files.CHECKOUT, metavar="CHECKOUT")
    _command(commands, "release", _release, "publish the versions that are not published yet, if they may be")
    _add_compat(_command(commands, "compat", _compat, "tell whether new versions of schemas go with old ones"))
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    work: Callable[[argparse.Namespace], int],
    meaning: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=meaning,
        description=meaning[0].upper() + meaning[1:] + ".",
        epilog=f"{_MODES}\n\n{_STATUSES}" if name == "compat" else _STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(work=work)
    return command


def _add_compat(compat: argparse.ArgumentParser) -> None:
    either = "a schema (.avsc, .schema.json), or a folder of files <event type>-v<version>.avsc or .schema.json"
    compat.add_argument("old", type=Path, metavar="OLD", help=either)
    compat.add_argument("new", type=Path, metavar="NEW", help="what is to be published: a draft, or a folder of all")
    compat.add_argument("--mode", type=_mode, metavar="MODE", default=Mode.BACKWARD, help="default %(default)s")
    compat.add_argument("--transitive", action="store_true", help="compare with all versions before, not just the last")


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        near = did_you_mean(text, Mode) or ";"
        raise argparse.ArgumentTypeError(f"unknown mode {text!r}{near} one of: {', '.join(Mode)}") from None


def _docs(_: argparse.Namespace) -> int:
    sys.stdout.write(contract_page())
    return 0


def _kind(asked: argparse.Namespace) -> int:
    files = generated_files.KINDS[asked.command]()
    generated_files.write(asked.folder, {Path(name): text for name, text in files.items()})
    return 0


def _all(asked: argparse.Namespace) -> int:
    generated_files.write(asked.folder, generated_files.all_files())
    return 0


def _release(_: argparse.Namespace) -> int:
    return _told(released.publish())


def _compat(asked: argparse.Namespace) -> int:
    done = compare(asked.old, asked.new, asked.mode, asked.transitive)
    for name in done.skipped:
        sys.stderr.write(f"skipped {name}: no schema by its name\n")
    status = _told(done.findings)
    begun = ", ".join(f"{file.event_type} {file.label} ({file.kind})" for file in done.begun)
    sys.stdout.write(f"{done}{f'; nothing comes before {begun}' if begun else ''}\n")
    return status


def _told(reasons: Sequence[object]) -> int:
    sys.stdout.write("".join(f"{reason}\n" for reason in reasons))
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
