"""Rules for faults: each must be able to fire, and to do what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.contract.events import EVENT_TYPES, STATUS_CHANGED
from sim.errors import unknown
from sim.faults import ClockSkew, Drift, Duplicate, Fault, Hotspot, Offline, Replay
from sim.producers.senders import senders
from sim.rules.fields import broken_field
from sim.rules.place import Broken
from sim.units import Duration


def broken_faults(faults: Sequence[Fault], duration: Duration) -> Iterator[Broken]:
    """Faults that touch nobody, end before they begin, begin after the end, or change what is not there.

    Whatever has an ``after``, or an ``until`` beside it, is held to them; the rest is a case of ``_fault``.
    """
    for i, fault in enumerate(faults):
        for path, message in (*_fault(fault), *_begins(fault, duration)):
            yield ("faults", i, *path), message


def _begins(fault: Fault, duration: Duration) -> Iterator[Broken]:
    after, until, at = (getattr(fault, name, None) for name in ("after", "until", "at"))
    if at and at.us >= duration.us:
        yield ("at",), f"found '{at.written}', want less than the scenario's duration, {duration.written}"
    if after and after.us >= duration.us:
        wanted = f"want less than the scenario's duration, {duration.written}, since this fault would never fire"
        yield ("after",), f"found '{after.written}', {wanted}"
    if after and until and after.us >= until.us:
        yield ("after",), f"found '{after.written}', want less than until, {until.written}"


def _fault(fault: Fault) -> Iterator[Broken]:
    if not fault.producers:
        yield ("producers",), "found an empty list, want at least one producer, or no such key for all of them"
    match fault:
        case Offline() if fault.shortest.us > fault.longest.us:
            yield ("shortest",), f"found '{fault.shortest.written}', want at most the longest, {fault.longest.written}"
        case Hotspot(key=""):
            yield ("key",), "found an empty text, want the key that the messages get"
        case Duplicate(copy="new_id"):
            yield from _never_sent(fault, STATUS_CHANGED, ", which copy: new_id is for")
        case Drift():
            yield from _drift(fault)
        case ClockSkew() if not fault.offset.us:
            yield ("offset",), f"found '{fault.offset.written}', want more than 0 s: such a clock is right"
        case Replay() if fault.at.us < fault.until.us:
            wanted = f"want at least until, {fault.until.written}: nothing is sent again before it was sent"
            yield ("at",), f"found '{fault.at.written}', {wanted}"


def _never_sent(fault: Fault, event_type: str, why: str = "") -> Iterator[Broken]:
    sending = senders(event_type)
    if fault.producers and not set(fault.producers) & set(sending):
        yield ("producers",), f"found none that sends {event_type}{why}; want one of: {', '.join(sending)}"


def _drift(fault: Drift) -> Iterator[Broken]:
    if fault.event_type not in EVENT_TYPES:
        yield ("event_type",), unknown("event type", fault.event_type, EVENT_TYPES)
        return
    yield from _never_sent(fault, fault.event_type)
    yield from broken_field(fault.change, fault.event_type, fault.field)
