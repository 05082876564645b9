"""The name that was meant, where another was given."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(found: str, choices: Iterable[str]) -> str:
    """The choice that looks most like what was found, as the end of a sentence; empty if none does."""
    near = difflib.get_close_matches(found.lower(), list(choices), n=1)
    return f"; did you mean '{near[0]}'?" if near and near[0] != found else ""
