"""``python -m pipeline``: run the pipeline over messages that are there, and look after its tables. See ``--help``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from backends import fail_points
from backends.interface import BackendError
from backends.stage_failed import StageFailed
from pipeline import token_key
from pipeline.arguments import parse
from pipeline.commands import COMMANDS
from pipeline.exit_status import ExitStatus
from pipeline.structured_log import log_to_stderr
from pipeline.usage import UsageError


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    chosen = parse(given)
    as_json = getattr(chosen, "log_format", "text") == "json"
    if fail_points.wrong:
        return _ended(ExitStatus.USAGE, fail_points.wrong, is_told=False)
    try:
        with log_to_stderr(as_json):
            COMMANDS[chosen.command](chosen)
    except (token_key.TokenKeyError, UsageError) as error:
        return _ended(ExitStatus.USAGE, str(error), as_json)
    except (BackendError, OSError) as error:
        return _ended(ExitStatus.REFUSED, str(error), as_json)
    except StageFailed as error:
        return _ended(ExitStatus.CRASH, f"crashed: {error}", as_json)
    except KeyboardInterrupt:
        return _ended(ExitStatus.INTERRUPTED, "stopped by Ctrl-C; no table is half written", as_json)
    return ExitStatus.DONE


def _ended(status: ExitStatus, why: str, is_told: bool) -> ExitStatus:
    if not is_told:
        print(f"pipeline: {why}", file=sys.stderr)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main())
