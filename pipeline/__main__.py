"""``python -m pipeline``: run the pipeline over messages that are there, and look after its tables. See ``--help``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from backends.interface import BackendError
from backends.stage_failed import StageFailed
from pipeline import token_key
from pipeline.arguments import parse
from pipeline.commands import COMMANDS, UsageError
from pipeline.exit_status import ExitStatus


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    chosen = parse(given)
    try:
        COMMANDS[chosen.command](chosen)
    except (token_key.TokenKeyError, UsageError) as error:
        return _ended(ExitStatus.USAGE, str(error))
    except (BackendError, OSError) as error:
        return _ended(ExitStatus.REFUSED, str(error))
    except StageFailed as error:
        return _ended(ExitStatus.CRASH, f"crashed: {error}")
    except KeyboardInterrupt:
        return _ended(ExitStatus.INTERRUPTED, "stopped by Ctrl-C; no table is half written")
    return ExitStatus.DONE


def _ended(status: ExitStatus, why: str) -> ExitStatus:
    print(f"pipeline: {why}", file=sys.stderr)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main())
