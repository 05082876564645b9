"""Randomness as a pure function: a number for each (seed, purpose, entity, draw), in any order, on any worker.

Philox4x32-10, counter-based: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC'11).
Vectorised over entities, since NumPy's own Philox is a stream and costs a new generator for each key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.arrays import F64, U64

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_LOW_16 = np.uint64(0xFFFF)
_16 = np.uint64(16)
_UUID = np.dtype(
    {
        "names": [f"f{n}" for n in range(8)],
        "formats": ["u4"] * 8,
        "offsets": [0, 4, 9, 14, 19, 24, 28, 32],
        "itemsize": 36,
    }
)
"""Where the four hex digits of each 16-bit half of a word stand in the text of a UUID; dashes in between."""


@cache
def _hex_digits() -> npt.NDArray[np.uint32]:
    """For each 16-bit number the four hex digits of its bytes, the low one first, packed as they stand in memory."""
    return np.frombuffer(np.arange(1 << 16, dtype="<u2").tobytes().hex().encode(), np.uint32)


def philox4x32(counter: tuple[U64, U64, U64, U64], key: tuple[int, int]) -> tuple[U64, U64, U64, U64]:
    """Ten rounds over 32-bit words held in uint64 arrays of one shape; the words of the result likewise."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0 = c0 * _MULTIPLIERS[0]
        p1 = c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (p1 >> _32) ^ c1 ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _32) ^ c3 ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0 = (k0 + _WEYL[0]) & 0xFFFFFFFF
        k1 = (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


@dataclass(frozen=True)
class Randomness:
    """All the luck of one run. Purposes keep draws apart, so that a new one disturbs no other."""

    seed: int

    def _key(self, purpose: str) -> tuple[int, int, int]:
        digest = hashlib.sha256(f"{self.seed}/{purpose}".encode()).digest()
        words = np.frombuffer(digest[:12], dtype="<u4")
        return int(words[0]), int(words[1]), int(words[2])

    def words(self, purpose: str, entity: npt.ArrayLike, draw: int = 0) -> tuple[U64, U64, U64, U64]:
        """Four random 32-bit words for each entity (whole numbers below 2**64)."""
        k0, k1, k2 = self._key(purpose)
        ids = np.asarray(entity, dtype=np.uint64)
        fill = np.full_like(ids, k2)
        return philox4x32((ids & _LOW, ids >> _32, np.full_like(ids, draw), fill), (k0, k1))

    def uniform(self, purpose: str, entity: npt.ArrayLike, draw: int = 0) -> F64:
        """For each entity a number in [0, 1), with 53 random bits."""
        w0, w1, _, _ = self.words(purpose, entity, draw)
        bits = ((w0 << _32) | w1) >> np.uint64(11)
        return bits.astype(np.float64) * 2.0**-53

    def exponential(self, purpose: str, entity: npt.ArrayLike, mean: float, draw: int = 0) -> F64:
        """For each entity a number from the exponential distribution, in the unit of ``mean``."""
        return np.asarray(-mean * np.log1p(-self.uniform(purpose, entity, draw)))

    def uuid_texts(self, purpose: str, entity: npt.ArrayLike) -> pa.Array:
        """For each entity a UUID, version 4 by RFC 9562, as an Arrow column of text."""
        w0, w1, w2, w3 = self.words(purpose, entity)
        w1 = w1 & np.uint64(0xFF0FFFFF) | np.uint64(0x00400000)
        w2 = w2 & np.uint64(0xFFFFFF3F) | np.uint64(0x80)
        texts = np.full((len(w0), _UUID.itemsize), ord("-"), dtype=np.uint8)
        halves = texts.view(_UUID)[:, 0]
        for number, word in enumerate((w0, w1, w2, w3)):
            halves[f"f{2 * number}"] = _hex_digits()[word & _LOW_16]
            halves[f"f{2 * number + 1}"] = _hex_digits()[word >> _16]
        offsets = np.arange(len(w0) + 1, dtype=np.int32) * np.int32(_UUID.itemsize)
        return pa.StringArray.from_buffers(len(w0), pa.py_buffer(offsets), pa.py_buffer(texts))

    def uuids(self, purpose: str, entity: npt.ArrayLike) -> list[str]:
        """The texts of ``uuid_texts`` as a list, for few of them."""
        return list(self.uuid_texts(purpose, entity).to_pylist())
