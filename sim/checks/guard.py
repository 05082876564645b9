"""A check that crashes is UNKNOWN: never green, never lost, and without a word of the data that it crashed on."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from sim.checks.verdict import CheckResult, Outcome
from sim.interrupt import was_pressed

_PROJECT = Path(__file__).parents[2]
_PACKAGES = ("sim", "pipeline", "backends")
_TELLS = (duckdb.IOException, duckdb.CatalogException)
"""What these say is about files and tables, never about rows."""
_NO_FILE = re.compile(r'No files found that match the pattern "[^"]*"')

Result = TypeVar("Result")


class CannotTell(Exception):
    """Why a check can't tell, in words that may stand in a verdict: there is no value of any row in them."""


def guarded(name: str, check: Callable[[], Result]) -> Result | CheckResult:
    """What a check concludes, or UNKNOWN if it crashes.

    The text of an exception may quote the row that caused it, so that only its type and the place are noted.
    """
    try:
        return check()
    except CannotTell as error:
        return CheckResult(name, Outcome.UNKNOWN, 0, note=str(error))
    except Exception as error:  # noqa: BLE001 (a check that crashes proves nothing, and must not hide the others)
        if was_pressed():
            raise KeyboardInterrupt from None
        return CheckResult(name, Outcome.UNKNOWN, 0, note=f"crashed: {_told(error)}")


def _told(error: BaseException) -> str:
    cause = error.__cause__ or error
    by = "" if cause is error else f" by {type(cause).__name__}"
    about = _about(cause)
    return f"{type(error).__name__}{by} at {_place(error)}{about and f': {about}'}"


def _about(error: BaseException) -> str:
    """Of what an exception says as much as can't be about a row."""
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else ""
    said = str(error)
    if isinstance(error, _TELLS):
        return said.partition("\n")[0]
    file = _NO_FILE.search(said)
    return file[0] if file else ""


def _place(error: BaseException) -> str:
    """The innermost line of this project that the error went through."""
    lines = [
        f"{path.relative_to(_PROJECT).as_posix()}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (path := Path(frame.f_code.co_filename)).is_relative_to(_PROJECT)
        and path.relative_to(_PROJECT).parts[0] in _PACKAGES
    ]
    return lines[-1] if lines else "an unknown place"
