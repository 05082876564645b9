"""What a message's attributes claim: readable before the body is, and also where the body is broken."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import EVENT_TYPES

UNKNOWN_TYPE = "unknown"
_KNOWN_TYPES = pa.array(list(EVENT_TYPES))


def claimed_type(messages: pa.RecordBatch) -> pa.Array:
    """The event type, or ``unknown`` where there is none or the contract does not have it."""
    claimed = pc.map_lookup(messages.column("attributes"), "event_type", "first")
    return pc.if_else(pc.is_in(claimed, _KNOWN_TYPES), claimed, UNKNOWN_TYPE)


def claimed_tenant(messages: pa.RecordBatch) -> pa.Array:
    """The tenant, or null."""
    return pc.map_lookup(messages.column("attributes"), "tenant_id", "first")


def attributes_json(messages: pa.RecordBatch) -> pa.Array:
    """The attributes of each message as a JSON object, its names in alphabetical order."""
    attributes = messages.column("attributes")
    offsets = attributes.offsets.to_numpy()
    first, length = int(offsets[0]), int(offsets[-1] - offsets[0])
    names = attributes.keys.slice(first, length).dictionary_encode()
    values = attributes.items.slice(first, length).dictionary_encode()
    pairs = pc.binary_join_element_wise(_escaped(names), _escaped(values), ":")
    rank = np.argsort(np.argsort(np.asarray(names.dictionary.to_pylist(), dtype=object), kind="stable"))
    message = np.repeat(np.arange(len(attributes)), np.diff(offsets))
    order = np.lexsort((rank[names.indices.to_numpy()], message))
    objects = pa.ListArray.from_arrays(pa.array(offsets - first), pairs.take(pa.array(order)))
    return pc.binary_join_element_wise("{", pc.binary_join(objects, ","), "}", "")


def _escaped(texts: Any) -> pa.Array:
    """Each text as a JSON string; few of them differ, so each is escaped once. Null is ``null``."""
    escaped = [msgspec.json.encode(text).decode() for text in texts.dictionary.to_pylist()]
    return pa.array(escaped, pa.string()).take(texts.indices).fill_null("null")
