"""Exit statuses of the ``sim`` command: the only list of them, shown by ``sim --help`` and in the README."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a command came to. The first five are what scripts and CI decide by."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    UNKNOWN = 3
    LATE = 4
    CRASH = 70
    INTERRUPTED = 130
    UNHEARD = 141

    @property
    def meaning(self) -> str:
        """A sentence for people."""
        return _MEANING[self]


_MEANING = {
    ExitStatus.PASS: "every check held, and every planned fault fired",
    ExitStatus.FAIL: "data is wrong",
    ExitStatus.USAGE: "the scenario or the arguments can't be used; nothing was run",
    ExitStatus.UNKNOWN: "nothing is proven: a fault did not fire, nothing to compare, a check crashed, or a full disk",
    ExitStatus.LATE: "kept for runs with a bound on time: data is right, but late; nothing sets such a bound yet",
    ExitStatus.CRASH: "sim itself crashed; the traceback says where",
    ExitStatus.INTERRUPTED: "stopped by Ctrl-C",
    ExitStatus.UNHEARD: "whoever read the output went away before its end",
}
