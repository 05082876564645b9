"""Tokens in place of personal data, written from the contract's sentence and not from the pipeline's code.

A token is ``tok_<kind>_<key id>_`` and the first 32 hex digits of HMAC-SHA256 over tenant, kind and value, parted by
the unit separator. No tenant counts as an empty one. The key is the newest that was in force when the message arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

_PARTED = "\x1f"
TOKEN = re.compile(r"tok_(name|phone|email)_[a-z0-9-]{1,16}_[0-9a-f]{32}")


@dataclass(frozen=True)
class TokenKey:
    """A key, and the microsecond since 1970 from which it is in force; None for the oldest."""

    id: str
    secret: bytes = field(repr=False)
    from_us: int | None = None


def token(key: TokenKey, tenant_id: str | None, kind: str, value: str) -> str:
    """The token of one value."""
    text = _PARTED.join((tenant_id or "", kind, value))
    return f"tok_{kind}_{key.id}_{hmac.new(key.secret, text.encode(), hashlib.sha256).hexdigest()[:32]}"


def tokens(keys: Sequence[TokenKey], kind: str, rows: pa.Table, column: str) -> pa.ChunkedArray:
    """The token of each value of a column, in the rows' ``tenant_id`` and at their ``ingest_time``; null stays null."""
    made = _tokens(keys[0], rows["tenant_id"], kind, rows[column])
    for key in keys[1:]:
        in_force = pc.greater_equal(rows["ingest_time"].cast(pa.int64()), key.from_us)
        made = pc.if_else(in_force, _tokens(key, rows["tenant_id"], kind, rows[column]), made)
    return made


def _tokens(key: TokenKey, tenant_ids: pa.ChunkedArray, kind: str, values: pa.ChunkedArray) -> pa.Array:
    """The token of each value under one key. Each distinct pair of tenant and value is computed once."""
    pairs = pc.binary_join_element_wise(tenant_ids.fill_null(""), values, _PARTED)
    encoded = pa.chunked_array([pairs]).combine_chunks().dictionary_encode()
    made = [token(key, *_tenant_and_value(pair, kind)) for pair in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(made, pa.string())).cast(pa.string())


def _tenant_and_value(pair: str, kind: str) -> tuple[str, str, str]:
    tenant_id, _, value = pair.partition(_PARTED)
    return tenant_id, kind, value
