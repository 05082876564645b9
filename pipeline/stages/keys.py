"""By what copies of an event are found: a key for people to read, and hashes to shuffle and compare."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.rows import HASH

_UNIT_SEPARATOR = "\x1f"


def keys(columns: dict[str, Any], is_status: pa.Array, received: list[bytes]) -> dict[str, Any]:
    """``dedupe_key`` and the three hashes, from the columns of valid events and their payloads as received."""
    event_id = pc.binary_join_element_wise(columns["source"], columns["event_id"], ":")
    instant = pc.cast(pc.cast(columns["event_time"], pa.int64()), pa.string())
    status = pc.binary_join_element_wise(columns["shipment_id"], columns["status"], instant, ":")
    content = pc.binary_join_element_wise(
        columns["event_type"],
        pc.cast(columns["event_version"], pa.string()),
        instant,
        columns["tenant_id"].fill_null(""),
        "",
        _UNIT_SEPARATOR,
    )
    contents = [head + body for head, body in zip(pc.cast(content, pa.binary()).to_pylist(), received, strict=True)]
    identity = pc.binary_join_element_wise(columns["source"], columns["event_id"], _UNIT_SEPARATOR)
    status_identity = pc.binary_join_element_wise(columns["shipment_id"], columns["status"], instant, _UNIT_SEPARATOR)
    return {
        "dedupe_key": pc.if_else(is_status, status, event_id),
        "id_hash": _hashes(pc.cast(identity, pa.binary()).to_pylist()),
        "status_hash": _hashes(pc.cast(status_identity, pa.binary()).to_pylist()),
        "content_hash": _hashes(contents),
    }


def _hashes(texts: list[bytes | None]) -> pa.Array:
    return pa.array([None if text is None else blake2b(text, digest_size=16).digest() for text in texts], HASH)
