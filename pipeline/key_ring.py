"""The keys of the tokens that stand for personal data: the one in force decides, and each token says which that was.

Keys are changed by adding one that holds from a time on. Which key a row has is decided by its ``ingest_time`` and
nothing else, so that a row has the same token whenever and however often it is processed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Key:
    """One key, and from when on it is in force: microseconds since 1970, UTC; None for the first."""

    id: str
    secret: bytes = field(repr=False)
    from_us: int | None = None


@dataclass(frozen=True)
class KeyRing:
    """The keys by the time from which they are in force, oldest first. ``token_key.read`` makes one."""

    keys: tuple[Key, ...]

    @staticmethod
    def of(secret: bytes) -> KeyRing:
        """A ring of one key, whose id is 8 hex digits that tell keys apart and do not give it away."""
        return KeyRing((Key(hashlib.sha256(b"token key id" + secret).hexdigest()[:8], secret),))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, oldest first."""
        return tuple(key.id for key in self.keys)

    @property
    def hash_key(self) -> bytes:
        """The key of the hashes by which copies are found, 32 bytes.

        Another one than that of any token, but made from the oldest: copies on both sides of a change of keys must
        have one hash.
        """
        return hmac.digest(self.keys[0].secret, b"hashes of events", "sha256")

    def in_force(self, ingest_time: pa.Array) -> npt.NDArray[np.intp]:
        """For each time the number of its key in ``keys``: the newest that was in force then."""
        starts = np.array([key.from_us for key in self.keys[1:]], dtype=np.int64)
        return np.asarray(np.searchsorted(starts, pc.cast(ingest_time, pa.int64()).to_numpy(), side="right"))
