"""Messages sent again: copies with numbers of their own, and no two of a fact at the same moment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import I64, Mask
from sim.producers.plan import EVENT_TYPE_NAMES, Messages


def firsts(messages: Messages) -> I64:
    """For each message the row of the first one about its fact: its own, or that of what it repeats."""
    return np.where(messages.copy_of < 0, np.arange(len(messages)), messages.copy_of)


def place_in_group(group: I64) -> I64:
    """For equal numbers that stand together 0, 1, 2, ... inside each group."""
    rows = np.arange(len(group))
    begins = np.ones(len(group), dtype=bool)
    begins[1:] = group[1:] != group[:-1]
    return np.asarray(rows - np.maximum.accumulate(np.where(begins, rows, 0)), dtype=np.int64)


def copies(messages: Messages, rows: I64, ingest_time: I64) -> Messages:
    """These messages once more, byte for byte, arriving at those moments; a row may stand there several times."""
    repeats = firsts(messages)[rows]
    before = np.bincount(messages.copy_of[messages.copy_of >= 0], minlength=len(messages))
    order = np.argsort(repeats, kind="stable")
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = 1 + before[repeats[order]] + place_in_group(repeats[order])
    again = replace(messages.take(rows), ingest_time=ingest_time, copy=number, copy_of=repeats)
    return replace(again, dropped=np.zeros(len(rows), dtype=bool))


def alike(messages: Messages, rows: I64) -> I64:
    """These first messages and the copies of them, all of the same bytes: what changes one changes the others."""
    chosen = np.zeros(len(messages), dtype=bool)
    chosen[rows] = True
    return np.flatnonzero(chosen[firsts(messages)])


def facts_told_again(messages: Messages) -> Mask:
    """The messages about facts that more than one message is about."""
    fact = messages.fact_row * len(EVENT_TYPE_NAMES) + messages.event_type
    told_again: Mask = np.bincount(fact)[fact] > 1 if len(fact) else np.zeros(0, dtype=bool)
    return told_again


def apart(messages: Messages) -> Messages:
    """No two messages about one fact arrive in the same microsecond: then which came first depends on nothing else."""
    rows = np.flatnonzero(facts_told_again(messages))
    fact = messages.fact_row[rows] * len(EVENT_TYPE_NAMES) + messages.event_type[rows]
    order = np.lexsort((messages.copy[rows], messages.ingest_time[rows], fact))
    rows, fact, times = rows[order], fact[order], messages.ingest_time[rows[order]]
    same = np.flatnonzero(fact[1:] == fact[:-1])
    moved = False
    while (early := same[times[same + 1] <= times[same]]).size:
        times[early + 1] = times[early] + 1
        moved = True
    return messages.with_values(rows, ingest_time=times) if moved else messages
