"""The hash that tells which fields a payload had: type and version, then each field that the contract does not have."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from sim.expected.terms import Terms
from sim.ledger import Body, Ledger


def schema_hash(event_type: str, version: int, unknown_fields: tuple[str, ...] = ()) -> str:
    """The first 16 hex digits of SHA-256 over ``type/version+field+field``, the fields sorted."""
    text = "+".join((f"{event_type}/{version}", *sorted(unknown_fields)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def schema_hashes(event_type: str, kept: pa.Table, ledger: Ledger, terms: Terms) -> pa.Array:
    """The hash for each kept message. Raises KeyError if a body has a field that no firing accounts for."""
    versions = kept["event_version"].unique().to_pylist()
    plain = {version: schema_hash(event_type, version) for version in versions}
    hashes = pa.array([plain[version] for version in kept["event_version"].to_pylist()], pa.string())
    drifted = pc.equal(kept["body"], Body.ADDED_FIELD.value)
    if not pc.any(drifted).as_py():
        return hashes
    fields = _added_fields(ledger, terms)
    rows = kept.filter(drifted).select(["event_version", "message_id"]).to_pydict()
    made = [
        schema_hash(event_type, version, (fields[message],)) for version, message in zip(*rows.values(), strict=True)
    ]
    return pc.replace_with_mask(hashes, drifted.combine_chunks(), pa.array(made, pa.string()))


def _added_fields(ledger: Ledger, terms: Terms) -> dict[int, str]:
    """The field that a fault added, by message id. A copy's own firing is another fault's, but a copy is never kept."""
    added = ledger.firings.filter(pc.is_in(ledger.firings["fault_id"], pa.array(list(terms.added_fields), pa.string())))
    return {
        message: terms.added_fields[fault]
        for fault, message in zip(added["fault_id"].to_pylist(), added["message_id"].to_pylist(), strict=True)
    }
