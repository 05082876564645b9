"""Causes as text, by column: most say the same of many messages, so they are dictionaries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.arrays import I64


def causes(texts: Sequence[str], which: I64) -> pa.Array:
    """For each message one of these texts."""
    if not len(texts):
        return pa.nulls(len(which), pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(pa.array(which, pa.int32()), pa.array(texts, pa.string()))


def same_cause(text: str, count: int) -> pa.Array:
    """The same text for each of so many messages."""
    return causes([text], np.zeros(count, dtype=np.int64))


def no_cause(count: int) -> pa.Array:
    """Null for each of so many messages."""
    return pa.nulls(count, pa.string())


def told(*parts: str | pa.Array | I64) -> pa.Array:
    """Texts and numbers, one after the other, for each message."""
    columns = [part if isinstance(part, str) else pc.cast(pa.array(part), pa.string()) for part in parts]
    return pc.binary_join_element_wise(*columns, "")


def moment(microseconds: int) -> str:
    """A moment since 1970, UTC, as people read it."""
    return f"{np.datetime64(microseconds // 1_000, 'ms')}Z"
