"""What a person did wrong, told so that it can be put right: where, what was found, and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LISTED_MAX = 12


def closest(found: str, choices: Iterable[str]) -> str | None:
    """The choice that looks most like what was found, if one does."""
    by_lower_case = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(found.lower(), by_lower_case, n=1)
    return by_lower_case[near[0]] if near else None


def unknown(noun: str, found: str, choices: Iterable[str]) -> str:
    """Say that a name is not one of the choices; name the closest, and all of them if they are few."""
    known = sorted(set(choices))
    near = closest(found, known)
    guess = f"; did you mean '{near}'?" if near else ""
    if len(known) > LISTED_MAX:
        return f"unknown {noun} '{found}'{guess}"
    return f"unknown {noun} '{found}'{guess or ';'} one of: {', '.join(known)}"


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a scenario file. Without a line it is about the whole file."""

    message: str
    line: int | None = None
    path: str = ""
    """The way to it from the top, as in ``network.facilities.0.kind``; entries of a list count from 0."""
    file: str | None = None
    """Where it is, if not in the scenario's own file."""

    def tell(self, file: str) -> str:
        """One line for people: ``late.yaml:14 faults.1: unknown kind 'dely'; ...``."""
        name = self.file or file
        place = name if self.line is None else f"{name}:{self.line}"
        return f"{place} {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class UsageError(Exception):
    """A command can't be carried out as it was given; its text says why, and what can."""


class ScenarioError(UsageError):
    """A scenario file can't be used. Its text has one line for each mistake."""

    def __init__(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistake.tell(file) for mistake in self.mistakes))
