"""The hash that tells which fields a payload had: type and version, then each field that the contract does not have."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from sim.ledger import Body


def schema_hash(event_type: str, version: int, unknown_fields: tuple[str, ...] = ()) -> str:
    """The first 16 hex digits of SHA-256 over ``type/version+field+field``, the fields sorted."""
    text = "+".join((f"{event_type}/{version}", *sorted(unknown_fields)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def schema_hashes(event_type: str, kept: pa.Table) -> pa.Array:
    """The hash for each kept message; where a field was added, the ledger's ``detail`` names it."""
    added = pc.if_else(pc.equal(kept["body"], Body.ADDED_FIELD.value), kept["detail"], None)
    rows = pa.table({"version": kept["event_version"], "added": added})
    kinds = rows.group_by(["version", "added"], use_threads=False).aggregate([]).to_pylist()
    hashes = {
        (kind["version"], kind["added"]): schema_hash(
            event_type, kind["version"], (kind["added"],) if kind["added"] else ()
        )
        for kind in kinds
    }
    told = zip(rows["version"].to_pylist(), rows["added"].to_pylist(), strict=True)
    return pa.array([hashes[kind] for kind in told], pa.string())
