"""Messages before they are bytes: which fact each reports, when, under which key, and what is wrong with it.

A plan is about one slice of the world. Its messages are complete: whatever repeats a message is in the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.contract.events import EVENT_TYPES
from sim.arrays import I64, U64, Mask
from sim.facts import Facts
from sim.ledger import Body
from sim.producers.names import PRODUCERS

EVENT_TYPE_NAMES = tuple(EVENT_TYPES)
BODIES = tuple(Body)
SOUND = BODIES.index(Body.SOUND)
DEVICE_BITS = 32
"""A device is its producer's number, shifted by so much, and the actor's."""


def type_code(event_type: str) -> int:
    """The number that stands for an event type in a plan."""
    return EVENT_TYPE_NAMES.index(event_type)


def body_code(body: Body) -> int:
    """The number that stands for a kind of body in a plan."""
    return BODIES.index(body)


@dataclass(frozen=True)
class Messages:
    """Columns with one row for each message. Times are microseconds since 1970, UTC."""

    event_type: I64
    fact_row: I64
    """Row of the slice's facts of this type."""
    producer: I64
    device: I64
    """Who sends: the same for all messages of one phone, scanner or gateway, in every slice."""
    luck: U64
    """The fact's. With the type and ``copy`` it names the message, whatever else is sent."""
    copy: I64
    """0 for the first; copies of one fact count on, in the order in which they were planned."""
    key: I64
    """Row of ``Plan.keys``, or -1 for what the fact is about."""
    version: I64
    """Of the event, as sent."""
    event_time: I64
    """As the device's clock had it."""
    producer_time: I64
    ingest_time: I64
    body: I64
    """Row of ``BODIES``."""
    detail: I64
    """Row of ``Plan.details``: the field added or broken, the name of the damage or poison; -1 for none."""
    new_id: I64
    """0 for the fact's own event id, otherwise a number that gives another one."""
    copy_of: I64
    """The row of the message that this one repeats, or -1."""
    dropped: Mask
    """Whether it gets lost on the way: planned, and never appended."""

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
    """What one fault, or one mechanism of a producer, does: the messages it touches, and a cause for each."""

    fault_id: str
    """``faults.3`` for the scenario's fourth fault, ``producers.driver_app.dead_zone`` for a mechanism."""
    kind: str
    rows: I64
    """Of the plan's messages."""
    cause: pa.Array
    """Text: what happened to this message."""
    root_cause: pa.Array
    """Text: what brought that about, as the tunnel that a retry follows; null if nothing did."""
    held_us: I64
    """For how long it was kept back, or -1."""


def noted(
    fault_id: str, kind: str, rows: I64, cause: pa.Array, root_cause: pa.Array = None, held_us: I64 | None = None
) -> Firing:
    """A firing whose cause nothing brought about, and that kept nothing back, unless told otherwise."""
    root = pa.nulls(len(rows), pa.string()) if root_cause is None else root_cause
    return Firing(fault_id, kind, rows, cause, root, np.full(len(rows), -1) if held_us is None else held_us)


@dataclass(frozen=True)
class Plan:
    """All messages about one slice, and what has been done to them so far."""

    facts: Mapping[str, Facts]
    messages: Messages
    start: int
    """When the world began, in microseconds since 1970."""
    end: int
    formats: tuple[int, ...] = (0,) * len(PRODUCERS)
    """Of each producer the row of ``sim.ledger.FORMATS``."""
    keys: tuple[str, ...] = ()
    """Keys in place of those that the facts give."""
    details: tuple[str, ...] = ()
    firings: tuple[Firing, ...] = ()

    def sent_by(self, producers: Iterable[int]) -> Mask:
        """The first copies that these producers send."""
        return np.isin(self.messages.producer, list(producers)) & (self.messages.copy_of < 0)

    def with_key(self, key: str) -> tuple[Plan, int]:
        """This plan with a key of its own choosing, and the number that stands for it."""
        return replace(self, keys=(*self.keys, key)), len(self.keys)

    def with_detail(self, detail: str) -> tuple[Plan, int]:
        """This plan with a detail, and the number that stands for it."""
        return replace(self, details=(*self.details, detail)), len(self.details)

    def fired(self, messages: Messages, firing: Firing) -> Plan:
        """This plan with other messages, and a note of which of them were touched and why."""
        return replace(self, messages=messages, firings=(*self.firings, firing))
