"""What went wrong while Beam ran in this process, told as if Beam weren't there.

Beam takes Ctrl-C for the failure of whatever stage was at work, and logs the traceback of an error that has a sentence
for people.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from backends.interface import BackendError

_BEAM_FAILURES = logging.getLogger("apache_beam.runners.common")
_BEAM_RETRIES = logging.getLogger("apache_beam.runners.direct.executor")
"""Tells of each of four attempts at a bundle. What they failed with is raised too."""
_BEAM_ADDS = " [while running "


@contextmanager
def plain_errors() -> Iterator[None]:
    """Let KeyboardInterrupt and BackendError come out as they went in, and without Beam's account of a failed stage."""
    _BEAM_FAILURES.addFilter(_is_a_bug)
    _BEAM_RETRIES.addFilter(_is_nothing)
    try:
        yield
    except BackendError as error:
        raise type(error)(str(error).partition(_BEAM_ADDS)[0]) from None
    except Exception as error:
        if any(isinstance(one, KeyboardInterrupt) for one in _chain(error)):
            raise KeyboardInterrupt from None
        raise
    finally:
        _BEAM_FAILURES.removeFilter(_is_a_bug)
        _BEAM_RETRIES.removeFilter(_is_nothing)


def _is_a_bug(record: logging.LogRecord) -> bool:
    return not isinstance(record.msg, BackendError) and not record.getMessage().startswith("KeyboardInterrupt")


def _is_nothing(_: logging.LogRecord) -> bool:
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
