"""Tokens in place of personal data, written from the contract's sentence and not from the pipeline's code.

A token is ``tok_<kind>_`` and the first 32 hex digits of HMAC-SHA256 over tenant, kind and value, parted by the unit
separator. No tenant counts as an empty one.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import pyarrow as pa
import pyarrow.compute as pc

_PARTED = "\x1f"
TOKEN = re.compile(r"tok_(name|phone|email)_[0-9a-f]{32}")


def token(key: bytes, tenant_id: str | None, kind: str, value: str) -> str:
    """The token of one value."""
    text = _PARTED.join((tenant_id or "", kind, value))
    return f"tok_{kind}_{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]}"


def tokens(key: bytes, tenant_ids: pa.ChunkedArray, kind: str, values: pa.ChunkedArray) -> pa.Array:
    """The token of each value; null stays null. Each distinct pair of tenant and value is computed once."""
    pairs = pc.binary_join_element_wise(tenant_ids.fill_null(""), values, _PARTED)
    encoded = pa.chunked_array([pairs]).combine_chunks().dictionary_encode()
    made = [token(key, *_tenant_and_value(pair, kind)) for pair in encoded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(made, pa.string())).cast(pa.string())


def _tenant_and_value(pair: str, kind: str) -> tuple[str, str, str]:
    tenant_id, _, value = pair.partition(_PARTED)
    return tenant_id, kind, value
