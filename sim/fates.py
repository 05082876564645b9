"""What must become of each message, decided from the plan alone, by column.

The pipeline decides the same thing from the bytes, with other means; the checks compare the two. No two messages about
one fact arrive in the same microsecond (``sim.producers.copies.apart``), so their order needs no positions in the log,
and whatever repeats a message is in its plan, so that no other slice matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.contract.events import STATUS_CHANGED
from pipeline.contract.rejections import Rejection
from sim.arrays import I64
from sim.ledger import FORMATS, Body, Fate
from sim.producers.copies import facts_told_again
from sim.producers.plan import BODIES, EVENT_TYPE_NAMES, Messages, Plan, type_code
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES, Damage
from sim.wire.poison import AVRO_POISONS, POISONS

WINDOW_US = 5 * 60 * 1_000_000
FATES = tuple(Fate)
CODES = tuple(Rejection)
MATCHED_ON = ("event_id", "status")
_NONE = -1


def fates(
    plan: Plan,
    *,
    allowed_lateness_us: int,
    future_tolerance_us: int,
    dedupe_ttl_us: int,
    lateness_us_by_type: Mapping[str, int] | None = None,
) -> pa.Table:
    """``fate``, ``code``, ``kept_row`` and ``matched_on`` of each message, by row of the plan.

    ``kept_row`` is the row of the message that a duplicate repeats: that came first, and is remembered for
    ``dedupe_ttl_us`` from its arrival on, whatever copies come meanwhile. What comes later than that is a first again.
    What was dropped has no fate: null. Text is dictionary-encoded, by ``FATES``, ``CODES`` and ``MATCHED_ON``.
    """
    messages = plan.messages
    refused = _refused(plan, future_tolerance_us)
    allowed_us = np.full(len(EVENT_TYPE_NAMES), allowed_lateness_us)
    for name, us in (lateness_us_by_type or {}).items():
        allowed_us[type_code(name)] = us
    fate = _lateness(messages, allowed_us[messages.event_type])
    kept, matched_on = (np.full(len(messages), _NONE, dtype=np.int64) for _ in range(2))
    several = np.flatnonzero(facts_told_again(messages) & ~messages.dropped & (refused == _NONE))
    if len(several):
        repeats = _repeats(messages, several, dedupe_ttl_us)
        refused[repeats.conflicts] = CODES.index(Rejection.CONFLICTING_DUPLICATE)
        for number, (rows, firsts) in enumerate((repeats.of_id, repeats.of_status)):
            fate[rows], kept[rows], matched_on[rows] = FATES.index(Fate.DUPLICATE), firsts, number
    fate = np.where(refused == _NONE, fate, FATES.index(Fate.REJECTED))
    there = ~messages.dropped
    columns = {
        "fate": _words(FATES, np.where(there, fate, _NONE)),
        "code": _words(CODES, np.where(there, refused, _NONE)),
        "kept_row": pa.array(kept, mask=kept == _NONE),
        "matched_on": _words(MATCHED_ON, matched_on),
    }
    return pa.table(columns)


def _lateness(messages: Messages, allowed_us: I64) -> I64:
    """Clean, late or too late, by how long after the end of the event's window a message arrives."""
    window_end = (messages.event_time // WINDOW_US + 1) * WINDOW_US
    behind = messages.ingest_time - window_end
    late = np.where(behind <= allowed_us, FATES.index(Fate.LATE), FATES.index(Fate.TOO_LATE))
    return np.where(behind <= 0, FATES.index(Fate.CLEAN), late)


def _refused(plan: Plan, tolerance_us: int) -> I64:
    """The row of ``Rejection`` for which a message is refused whatever else there is, or -1."""
    messages = plan.messages
    future = messages.event_time > messages.ingest_time + tolerance_us
    refused = np.where(future, CODES.index(Rejection.EVENT_FROM_FUTURE), _NONE)
    rows = np.flatnonzero(messages.detail >= 0)
    written = np.asarray(plan.formats)[messages.producer[rows]]
    code = _code_table(plan.details)[written, messages.body[rows], messages.detail[rows]]
    refused[rows] = np.where(code == _NONE, refused[rows], code)
    return refused


def _code_table(details: tuple[str, ...]) -> I64:
    """By format, body and detail the row of ``Rejection``, or -1: what is wrong with the bytes is seen first."""
    table = np.full((len(FORMATS), len(BODIES), len(details)), _NONE, dtype=np.int64)
    for written, damages, poisons in ((0, DAMAGES, POISONS), (1, AVRO_DAMAGES, AVRO_POISONS)):
        table[written, BODIES.index(Body.MALFORMED)] = _codes_of(damages, details)
        table[written, BODIES.index(Body.POISONED)] = _codes_of(poisons, details)
    table[0, BODIES.index(Body.BROKEN_TYPE)] = CODES.index(Rejection.WRONG_TYPE)
    for body in (Body.ADDED_FIELD, Body.BROKEN_TYPE):
        table[1, BODIES.index(body)] = CODES.index(Rejection.UNKNOWN_SCHEMA)
    return table


def _codes_of(damages: Iterable[Damage], details: tuple[str, ...]) -> list[int]:
    codes = {damage.name: CODES.index(damage.code) for damage in damages}
    return [codes.get(detail, _NONE) for detail in details]


@dataclass(frozen=True)
class _Repeats:
    """Messages that say again what one before them said: their rows, and those of the ones before."""

    of_id: tuple[I64, I64]
    of_status: tuple[I64, I64]
    conflicts: I64
    """The same id with another body."""


def _repeats(messages: Messages, rows: I64, ttl_us: int) -> _Repeats:
    rows = rows[np.argsort(messages.ingest_time[rows], kind="stable")]
    arrived = messages.ingest_time
    # All of one fact have its producer, and with it the source.
    first = _remembered(
        rows, arrived, ttl_us, messages.event_type[rows], messages.fact_row[rows], messages.new_id[rows]
    )
    again = rows != first
    conflict = again & (
        (messages.body[rows] != messages.body[first]) | (messages.detail[rows] != messages.detail[first])
    )
    by_id = again & ~conflict
    status = rows[~again & (messages.event_type[rows] == type_code(STATUS_CHANGED))]
    first_status = _remembered(status, arrived, ttl_us, messages.fact_row[status], messages.event_time[status])
    other = status != first_status
    return _Repeats((rows[by_id], first[by_id]), (status[other], first_status[other]), rows[conflict])


def _remembered(rows: I64, arrived: I64, ttl_us: int, *same: I64) -> I64:
    """For each of these rows, in order of arrival, the one that is remembered when it comes: that has the same values.

    It may be the row itself. Each round of the loop is about those that came after what was remembered was forgotten.
    """
    order = np.lexsort(same)  # stable: equal ones stay in order of arrival
    opens = np.zeros(len(rows), dtype=bool)
    opens[:1] = True
    for column in same:
        opens[1:] |= column[order][1:] != column[order][:-1]
    times, places = arrived[rows[order]], np.arange(len(rows))
    while True:
        opened_by = np.maximum.accumulate(np.where(opens, places, 0))
        forgotten = times - times[opened_by] > ttl_us
        if not forgotten.any():
            break
        opens[1:] |= forgotten[1:] & ~(forgotten[:-1] & (opened_by[1:] == opened_by[:-1]))
    first = np.empty_like(rows)
    first[order] = rows[order][opened_by]
    return first


def _words(words: tuple[str, ...], which: I64) -> pa.Array:
    codes = pa.array(which, pa.int8(), mask=which == _NONE)
    return pa.DictionaryArray.from_arrays(codes, pa.array([str(word) for word in words], pa.string()))
