"""Whether bytes are an event of the contract: names, types and ranges, told by other means than the pipeline's.

Only asked of messages that were poisoned on purpose: a poison is proven where this says no.
"""

from __future__ import annotations

import json
from typing import Any, Never

import msgspec

from pipeline.contract import avro
from pipeline.contract.events import EVENT_TYPES, Envelope
from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX


def holds(value: bytes) -> bool:
    """Whether a message is one that the contract allows."""
    if len(value) > MESSAGE_BYTES_MAX:
        return False
    try:
        text = (avro.json_of(value) if avro.is_avro(value) else value).decode()
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(document, ensure_ascii=False).encode()  # fails for half a surrogate pair
        envelope = msgspec.json.decode(text, type=Envelope)
        msgspec.json.decode(envelope.payload, type=EVENT_TYPES[envelope.event_type][envelope.event_version])
    except (ValueError, KeyError, RecursionError):
        return False
    return _depth(document) <= DEPTH_MAX


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_number(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
