"""``python -m sim`` is the ``sim`` command, and so is the script that an install makes of ``main``."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Import the command and run it. Ctrl-C while it is being imported ends it without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from sim.cli import main as obey

    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return obey()


def _leave(*_: int | FrameType | None) -> None:
    """Nothing was begun. An exception would go through code of others, and some turn it into another."""
    os.write(2, b"\nstopped by Ctrl-C\n")
    os._exit(130)


if __name__ == "__main__":
    sys.exit(main())
