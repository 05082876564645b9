"""Messages before they are bytes: which fact each reports, when, under which key, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.contract.events import EVENT_TYPES
from sim.arrays import I64, Mask
from sim.ledger import Body

EVENT_TYPE_NAMES = tuple(EVENT_TYPES)
BODIES = tuple(Body)
SOUND = BODIES.index(Body.SOUND)


def type_code(event_type: str) -> int:
    """The number that stands for an event type in a plan."""
    return EVENT_TYPE_NAMES.index(event_type)


def body_code(body: Body) -> int:
    """The number that stands for a kind of body in a plan."""
    return BODIES.index(body)


@dataclass(frozen=True)
class Messages:
    """Columns with one row for each message; a message's id is its row. Times are microseconds since 1970, UTC."""

    event_type: I64
    fact_row: I64
    producer: I64
    device: I64
    """Who sends: a code that is the same for all messages of one phone, scanner or gateway."""
    key: I64
    """Row of ``Plan.keys``."""
    event_time: I64
    producer_time: I64
    ingest_time: I64
    body: I64
    """Row of ``BODIES``."""
    fault: I64
    """The index in the scenario of the fault that made the body, or -1."""
    new_id: I64
    """0 for the fact's own event id, otherwise a number that gives another one."""
    copy_of: I64
    """The id of the message that this one repeats, or -1."""

    def __len__(self) -> int:
        return len(self.event_type)

    def take(self, rows: npt.NDArray[Any]) -> Messages:
        """The messages in these rows."""
        return Messages(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def with_values(self, rows: npt.NDArray[Any], **values: npt.ArrayLike) -> Messages:
        """A copy in which these rows have other values in the named columns."""
        changed = {}
        for name, value in values.items():
            column = getattr(self, name).copy()
            column[rows] = value
            changed[name] = column
        return replace(self, **changed)

    def followed_by(self, more: Messages) -> Messages:
        """These messages, then those."""
        return Messages(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(self)}
        )


@dataclass(frozen=True)
class Firing:
    """What one fault was planned to do: the messages it touches, and a cause for each."""

    fault: int
    """The index of the fault in the scenario."""
    kind: str
    message_ids: I64
    causes: Sequence[str]


@dataclass(frozen=True)
class Plan:
    """All messages of a run, the keys and devices they name, and what the faults have done so far."""

    messages: Messages
    keys: tuple[str, ...]
    devices: tuple[str, ...]
    end: int
    """When the world stopped, in microseconds since 1970."""
    start: int
    firings: tuple[Firing, ...] = ()

    def sent_by(self, producers: Iterable[int]) -> Mask:
        """The first copies that these producers send."""
        return np.isin(self.messages.producer, list(producers)) & (self.messages.copy_of < 0)

    def touched_by(self, kind: str) -> Mask:
        """The messages that a fault of this kind has touched."""
        touched = np.zeros(len(self.messages), dtype=bool)
        for firing in self.firings:
            touched[firing.message_ids] |= firing.kind == kind
        return touched

    def fired(self, messages: Messages, fault: int, kind: str, ids: npt.NDArray[Any], causes: Sequence[str]) -> Plan:
        """This plan with other messages, and a note of which of them a fault touched and why."""
        firing = Firing(fault, kind, ids.astype(np.int64), causes)
        return replace(self, messages=messages, firings=(*self.firings, firing))
