"""A parser of arguments that guesses what a misspelt name was meant to be."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any


def unknown(noun: str, found: str, choices: Iterable[str], others: Iterable[str] = ()) -> str:
    """Say that a name is not one of the choices, nor of ``others``; name the closest of both, and all choices."""
    known = list(choices)
    near = difflib.get_close_matches(found, [*known, *others], n=1)
    guess = f"; did you mean '{near[0]}'?" if near else ";"
    return f"unknown {noun} '{found}'{guess} one of: {', '.join(known)}"


class GuessingParser(argparse.ArgumentParser):
    """As its parent, and names the closest command, option or choice to one that is unknown."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Ends the process (2) at an unknown option, before it is asked for those that are missing."""
        if self._subparsers is None:
            options = list(self._option_string_actions)
            for name in (word.partition("=")[0] for word in args or () if word.startswith("--")):
                if not any(option.startswith(name) for option in options):
                    self.error(unknown("option", name, options))
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, unknown(action.dest.replace("_", " "), str(value), action.choices))
