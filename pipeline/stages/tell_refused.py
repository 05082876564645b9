"""Refused messages in the log: the first few of each code in a batch by name, the others as a number.

All of them are rows of ``clean.rejected``. The log is for whoever looks on, and must not grow with the damage.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract import avro
from pipeline.structured_log import NOTICE

TOLD_PER_CODE = 3
"""Of each code and batch: enough for a look, and some thousands of lines for millions of messages."""
_LOGGER = logging.getLogger("pipeline.refused")
_TRACE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Traced(msgspec.Struct):
    trace_id: str | None = None


_decode = msgspec.json.Decoder(_Traced).decode
_TOLD = ("stage", "code", "event_type", "tenant_id", "log_partition", "log_offset")


def tell_refused(rejected: pa.RecordBatch, trace_id: Callable[[int], str | None]) -> None:
    """Log rows of ``clean.rejected``. ``trace_id`` is asked for that of a row, by its number."""
    if not rejected.num_rows or not _LOGGER.isEnabledFor(NOTICE):
        return
    for code, numbers in _by_code(rejected):
        for number in numbers[:TOLD_PER_CODE]:
            row = {name: rejected.column(name)[int(number)].as_py() for name in (*_TOLD, "reason")}
            reason = row.pop("reason")
            _LOGGER.log(NOTICE, "refused: %s", reason, extra=row | {"trace_id": known_form(trace_id(int(number)))})
        if len(numbers) > TOLD_PER_CODE:
            _tell_more(rejected, code, len(numbers) - TOLD_PER_CODE)


def known_form(trace_id: str | None) -> str | None:
    """The id if it has the form of one: what is something else may be anything, somebody's name too."""
    return trace_id if trace_id and _TRACE_ID.fullmatch(trace_id) else None


def trace_id_of(message: bytes) -> str | None:
    """The trace id in the envelope of a message, if it can be read at all."""
    try:
        return _decode(avro.json_of(message) if avro.is_avro(message) else message).trace_id
    except (ValueError, RecursionError):
        return None


def _by_code(rejected: pa.RecordBatch) -> Iterator[tuple[str, npt.NDArray[np.intp]]]:
    codes = rejected.column("code")
    for code in pc.unique(codes).to_pylist():
        yield code, np.flatnonzero(pc.equal(codes, code).to_numpy(zero_copy_only=False))


def _tell_more(rejected: pa.RecordBatch, code: str, more: int) -> None:
    stage = rejected.column("stage")[0].as_py()
    _LOGGER.log(NOTICE, "refused: %d more of this batch", more, extra={"stage": stage, "code": code, "rows": more})
