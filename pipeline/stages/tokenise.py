"""Tokens in place of personal data, before anything but the restricted raw table is written or moved.

A token is keyed and deterministic: the same value of the same tenant under the same key has the same token, and nobody
without the key can tell which value, or try them all out. It names its key, which is the one in force when the message
arrived.
"""

from __future__ import annotations

import hmac
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import Leaf, payload_leaves
from pipeline.contract.events import EVENT_TYPES
from pipeline.key_ring import Key, KeyRing
from pipeline.stages.each_batch import EachBatch
from pipeline.stages.rows import VALID

_PERSONAL: dict[str, dict[int, tuple[Leaf, ...]]] = {
    event_type: {
        version: tuple(leaf for leaf in payload_leaves(event_type, version) if leaf.pii) for version in versions
    }
    for event_type, versions in EVENT_TYPES.items()
}
_TYPES_WITH_PERSONAL_DATA = pa.array([name for name, versions in _PERSONAL.items() if any(versions.values())])
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def token(key: Key, tenant_id: str | None, kind: str, value: str) -> str:
    """``tok_email_``, the key's id, ``_`` and 32 hex digits: HMAC-SHA256 over tenant, kind and value."""
    digest = hmac.digest(key.secret, f"{tenant_id or ''}\x1f{kind}\x1f{value}".encode(), "sha256")
    return f"tok_{kind}_{key.id}_{digest.hex()[:32]}"


def tokenise(events: pa.RecordBatch, ring: KeyRing) -> pa.RecordBatch:
    """The events, with tokens in the payloads of those types that hold personal data."""
    personal = pc.is_in(events.column("event_type"), _TYPES_WITH_PERSONAL_DATA)
    rows = events.filter(personal)
    columns = [rows.column(name).to_pylist() for name in ("event_type", "event_version", "tenant_id", "payload")]
    keys = [ring.keys[number] for number in ring.in_force(rows.column("ingest_time"))]
    replaced = [
        _tokenised(payload, tenant_id, _PERSONAL[event_type][version], key)
        for event_type, version, tenant_id, payload, key in zip(*columns, keys, strict=True)
    ]
    payloads = pc.replace_with_mask(events.column("payload"), personal, pa.array(replaced, pa.string()))
    return events.set_column(VALID.get_field_index("payload"), VALID.field("payload"), payloads)


def _tokenised(payload: str, tenant_id: str | None, leaves: tuple[Leaf, ...], key: Key) -> bytes:
    fields = _decode(payload)
    for leaf in leaves:
        *outer, name = leaf.path
        holder = fields
        for step in outer:
            holder = holder.get(step) or {}
        if holder.get(name) is not None:
            holder[name] = token(key, tenant_id, str(leaf.pii), holder[name])
    return _encode(fields)


class Tokenise(EachBatch):
    """Valid events to ``valid`` events without personal data."""

    def __init__(self, ring: KeyRing) -> None:
        super().__init__("tokenise", partial(_outputs, ring=ring), ("valid",))


def _outputs(events: pa.RecordBatch, ring: KeyRing) -> dict[str, pa.RecordBatch]:
    return {"valid": tokenise(events, ring)}
