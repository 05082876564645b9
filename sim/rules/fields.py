"""Rules for payload fields that new software adds or breaks: a name that is free, a number that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import EVENT_TYPES
from sim.errors import unknown
from sim.rules.place import Broken

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def broken_field(change: str, event_type: str, field: str) -> Iterator[Broken]:
    """What ``add_field`` or ``break_type`` can't do to the payloads of a known event type."""
    if change == "break_type":
        yield from _break_type(event_type, field)
    elif not _NAME.fullmatch(field):
        yield ("field",), f"found '{field}', want the name of a field: up to 64 letters, digits and _"
    elif field in _top_names(event_type):
        yield ("field",), f"{event_type} has a field '{field}' already; add_field wants a new name"


def _break_type(event_type: str, field: str) -> Iterator[Broken]:
    numbers = numbers_of(event_type)
    if not numbers:
        yield ("event_type",), f"{event_type} has no required number that break_type could break"
    elif field not in numbers:
        yield ("field",), unknown(f"number of {event_type}", field, numbers)


def numbers_of(event_type: str) -> list[str]:
    """The dotted names of the numbers that every payload of a type has, whatever its version."""
    leaves = payload_leaves(event_type, min(EVENT_TYPES[event_type]))
    return [".".join(leaf.path) for leaf in leaves if not leaf.nullable and _is_number(leaf.arrow_type)]


def _top_names(event_type: str) -> set[str]:
    return {leaf.path[0] for leaf in payload_leaves(event_type, latest_version(event_type))}


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
