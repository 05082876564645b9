"""By what copies of an event are found: a key for people to read, and hashes to shuffle and compare.

A hash is keyed, since what it is taken over may hold names and phone numbers: whoever finds it can't try them all out.
Each part comes with its length, so that no two different lists of parts are one text, whatever characters are in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.rows import HASH


def keys(columns: dict[str, Any], is_status: pa.Array, received: list[bytes], key: bytes) -> dict[str, Any]:
    """``dedupe_key`` and the three hashes, from the columns of valid events and their payloads as received."""
    tenant = columns["tenant_id"].fill_null("")
    instant = pc.cast(pc.cast(columns["event_time"], pa.int64()), pa.string())
    identity = (tenant, columns["source"], columns["event_id"])
    change = (tenant, columns["shipment_id"], columns["status"], instant)
    heads = _framed(columns["event_type"], pc.cast(columns["event_version"], pa.string()), instant)
    contents = [head and head + body for head, body in zip(heads, received, strict=True)]
    return {
        "dedupe_key": pc.if_else(is_status, _joined(*change), _joined(*identity)),
        "id_hash": _hashes(_framed(*identity), key),
        "status_hash": _hashes(_framed(*change), key),
        "content_hash": _hashes(contents, key),
    }


def _joined(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, ":")


def _framed(*parts: pa.Array) -> list[bytes | None]:
    """The parts of each row as one text, each after its length; null where one is."""
    lengths = [pc.cast(pc.binary_length(part), pa.string()) for part in parts]
    framed = [text for pair in zip(lengths, parts, strict=True) for text in pair]
    return list(pc.cast(_joined(*framed), pa.binary()).to_pylist())


def _hashes(texts: list[bytes | None], key: bytes) -> pa.Array:
    return pa.array(list(_digests(texts, key)), HASH)


def _digests(texts: Iterable[bytes | None], key: bytes) -> Iterator[bytes | None]:
    keyed = blake2b(digest_size=HASH.byte_width, key=key)  # copied for each text: taking in the key takes its time
    for text in texts:
        if text is None:
            yield None
        else:
            digest = keyed.copy()
            digest.update(text)
            yield digest.digest()
