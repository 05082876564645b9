"""What a command of ``python -m pipeline`` came to."""

from __future__ import annotations

from enum import IntEnum


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
