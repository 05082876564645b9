"""Rules for faults: each must be able to fire, and to do what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import EVENT_TYPES, STATUS_CHANGED
from sim.errors import unknown
from sim.faults import Drift, Duplicate, Fault, Hotspot, Offline
from sim.producers.senders import senders
from sim.rules.place import Broken
from sim.units import Duration

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def broken_faults(faults: Sequence[Fault], duration: Duration) -> Iterator[Broken]:
    """Faults that touch nobody, end before they begin, begin after the end, or change what is not there."""
    for i, fault in enumerate(faults):
        for path, message in (*_fault(fault), *_begins(fault, duration)):
            yield ("faults", i, *path), message


def _begins(fault: Fault, duration: Duration) -> Iterator[Broken]:
    if isinstance(fault, Drift | Hotspot | Offline) and fault.after.us >= duration.us:
        wanted = f"want less than the scenario's duration, {duration.written}, since this fault would never fire"
        yield ("after",), f"found '{fault.after.written}', {wanted}"


def _fault(fault: Fault) -> Iterator[Broken]:
    if not fault.producers:
        yield ("producers",), "found an empty list, want at least one producer, or no such key for all of them"
    match fault:
        case Offline() if fault.shortest.us > fault.longest.us:
            yield ("shortest",), f"found '{fault.shortest.written}', want at most the longest, {fault.longest.written}"
        case Hotspot() if fault.after.us >= fault.until.us:
            yield ("after",), f"found '{fault.after.written}', want less than until, {fault.until.written}"
        case Hotspot(key=""):
            yield ("key",), "found an empty text, want the key that the messages get"
        case Duplicate(copy="new_id"):
            yield from _never_sent(fault, STATUS_CHANGED, ", which copy: new_id is for")
        case Drift():
            yield from _drift(fault)


def _never_sent(fault: Fault, event_type: str, why: str = "") -> Iterator[Broken]:
    sending = senders(event_type)
    if fault.producers and not set(fault.producers) & set(sending):
        yield ("producers",), f"found none that sends {event_type}{why}; want one of: {', '.join(sending)}"


def _drift(fault: Drift) -> Iterator[Broken]:
    if fault.event_type not in EVENT_TYPES:
        yield ("event_type",), unknown("event type", fault.event_type, EVENT_TYPES)
        return
    yield from _never_sent(fault, fault.event_type)
    if fault.change == "break_type":
        yield from _break_type(fault)
    elif not _FIELD_NAME.fullmatch(fault.field):
        yield ("field",), f"found '{fault.field}', want the name of a field: up to 64 letters, digits and _"
    elif fault.field in _top_names(fault.event_type):
        yield ("field",), f"{fault.event_type} has a field '{fault.field}' already; add_field wants a new name"


def _break_type(fault: Drift) -> Iterator[Broken]:
    numbers = numbers_of(fault.event_type)
    if not numbers:
        yield ("event_type",), f"{fault.event_type} has no required number that break_type could break"
    elif fault.field not in numbers:
        yield ("field",), unknown(f"number of {fault.event_type}", fault.field, numbers)


def numbers_of(event_type: str) -> list[str]:
    """The dotted names of the numbers that every payload of a type has, whatever its version."""
    leaves = payload_leaves(event_type, min(EVENT_TYPES[event_type]))
    return [".".join(leaf.path) for leaf in leaves if not leaf.nullable and _is_number(leaf.arrow_type)]


def _top_names(event_type: str) -> set[str]:
    return {leaf.path[0] for leaf in payload_leaves(event_type, latest_version(event_type))}


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
