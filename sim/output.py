"""What the command prints. A full disk behind stdout is told apart from one under the run; a reader may go away."""

from __future__ import annotations

import os
import sys


class OutputError(Exception):
    """What was to be read can't be written; its text says why."""


def tell(text: str, end: str = "\n") -> None:
    """Print at once. Raises OutputError, or BrokenPipeError when nobody reads any more."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"the output can't be written: {error.strerror}") from error


def be_heard() -> None:
    """Put the null device where stdout or stderr was closed, before a file of the run takes its descriptor."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


def give_up() -> None:
    """Let what is still to be printed go nowhere: the interpreter tries it again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
