"""Ctrl-C while Beam runs in this process. Beam takes it for the failure of whatever stage was at work."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_BEAM_FAILURES = logging.getLogger("apache_beam.runners.common")


@contextmanager
def keyboard_interrupt() -> Iterator[None]:
    """Let a KeyboardInterrupt inside come out as one, and without Beam's account of a failed stage."""
    _BEAM_FAILURES.addFilter(_is_a_failure)
    try:
        yield
    except Exception as error:
        if any(isinstance(one, KeyboardInterrupt) for one in _chain(error)):
            raise KeyboardInterrupt from None
        raise
    finally:
        _BEAM_FAILURES.removeFilter(_is_a_failure)


def _is_a_failure(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("KeyboardInterrupt")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
