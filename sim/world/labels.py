"""Ids as text, made of numbers in columns: those of shipments and of their traces."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.arrays import I64, U64
from sim.rng import Randomness

_DIGITS = 4
"""Hexadecimal digits of 16 bits, which is how many are looked up at once."""


@cache
def _table(upper: bool) -> npt.NDArray[np.uint32]:
    digits = np.arange(1 << 16, dtype=">u2").tobytes().hex()
    return np.frombuffer((digits.upper() if upper else digits).encode(), np.uint32)


def _hex(numbers: list[U64], bits: int, prefix: bytes = b"", upper: bool = False) -> pa.Array:
    """For each row the lowest ``bits`` of each number, the highest digits first, behind a prefix."""
    groups = bits // 16 * len(numbers)
    width = len(prefix) + _DIGITS * groups
    texts = np.empty((len(numbers[0]), width), np.uint8)
    texts[:, : len(prefix)] = np.frombuffer(prefix, np.uint8)
    layout = np.dtype(
        {
            "names": [f"f{k}" for k in range(groups)],
            "formats": ["u4"] * groups,
            "offsets": [len(prefix) + _DIGITS * k for k in range(groups)],
            "itemsize": width,
        }
    )
    fields = texts.view(layout)[:, 0]
    for k in range(groups):
        number, below = numbers[k * 16 // bits], bits - 16 - k * 16 % bits
        fields[f"f{k}"] = _table(upper)[number >> np.uint64(below) & np.uint64(0xFFFF)]
    ends = np.arange(len(texts) + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(texts))


def shipment_ids(code: I64) -> pa.Array:
    """``S-`` and the code of each order, in twelve upper-case digits."""
    return _hex([code.astype(np.uint64)], 48, b"S-", upper=True)


def trace_ids(rng: Randomness, code: I64) -> pa.Array:
    """128 random bits for each order, as W3C Trace Context writes them."""
    return _hex(list(rng.words("trace_id", code)), 32)
