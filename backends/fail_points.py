"""Named places where a drill may make the process fail, to prove what a failure there leaves behind.

Nothing happens unless a point is armed: in this process by ``armed``, or in a child by ``SIM_FAIL_POINT=POINT:ACTION``,
or ``POINT:ACTION@N`` for the Nth time that it is reached. ``crash`` ends the process at once, as a kill does; ``error``
is what a full disk says; ``interrupt`` is Ctrl-C.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

VARIABLE = "SIM_FAIL_POINT"
CRASH_STATUS = 86
POINTS = (
    "file.before_write",
    "file.before_rename",
    "file.after_rename",
    "commit.before",
    "commit.before_views",
    "commit.before_end",
    "commit.after",
    "tables.before_end",
)
"""``file``: one data file; ``commit``: the transaction that shows a run's rows; ``tables``: that of a mart's rows."""
ACTIONS = ("crash", "error", "interrupt")

wrong = ""
"""What is wrong with the words in the environment; a command says so before it starts."""
_armed: dict[str, tuple[str, int]] = {}
_reached: Counter[str] = Counter()
_lock = Lock()


def arm(words: str) -> None:
    """Arm a point, in words as above. Raises ValueError that says what is possible."""
    point, _, what = words.partition(":")
    action, _, turn = what.partition("@")
    if point not in POINTS or action not in ACTIONS or not (turn or "1").isdigit():
        raise ValueError(
            f"{VARIABLE}: must be POINT:ACTION or POINT:ACTION@N, not {words!r}; "
            f"points: {', '.join(POINTS)}; actions: {', '.join(ACTIONS)}"
        )
    _armed[point] = (action, int(turn or 1))


@contextmanager
def armed(words: str) -> Iterator[None]:
    """Arm a point while this lasts."""
    arm(words)
    try:
        yield
    finally:
        _armed.clear()
        _reached.clear()


def reach(point: str) -> None:
    """Say that a point is reached. Almost always this does nothing."""
    if wrong:
        raise ValueError(wrong)
    if point not in _armed:
        return
    with _lock:
        _reached[point] += 1
        action, turn = _armed[point]
        if _reached[point] != turn:
            return
    if action == "crash":
        os._exit(CRASH_STATUS)
    if action == "interrupt":
        raise KeyboardInterrupt
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


if VARIABLE in os.environ:
    try:
        arm(os.environ[VARIABLE])
    except ValueError as error:
        wrong = str(error)
