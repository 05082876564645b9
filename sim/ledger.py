"""The ledger: one row for each message with the fate it must have, and one for each planned firing of a fault."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import TIMESTAMP


class Fate(StrEnum):
    """What must become of a message. ``late`` and ``too_late`` are clean events that came late."""

    CLEAN = "clean"
    LATE = "late"
    TOO_LATE = "too_late"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Body(StrEnum):
    """How the body of a message was made from its fact."""

    SOUND = "sound"
    ADDED_FIELD = "added_field"
    BROKEN_TYPE = "broken_type"
    MALFORMED = "malformed"
    CHANGED = "changed"
    POISONED = "poisoned"


FORMATS = ("json", "avro")

MESSAGES = pa.schema(
    [
        pa.field("message_id", pa.int64(), nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("ingest_time", TIMESTAMP, nullable=False),
        pa.field("producer_time", TIMESTAMP, nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        pa.field("event_version", pa.int64(), nullable=False),
        pa.field("event_time", TIMESTAMP, nullable=False),
        pa.field("tenant_id", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("fact_row", pa.int64(), nullable=False),
        pa.field("copy", pa.int64(), nullable=False),
        pa.field("format", pa.string(), nullable=False),
        pa.field("body", pa.string(), nullable=False),
        pa.field("detail", pa.string()),
        pa.field("value_sha256", pa.string(), nullable=False),
        pa.field("value_bytes", pa.int64(), nullable=False),
        pa.field("fate", pa.string(), nullable=False),
        pa.field("code", pa.string()),
        pa.field("kept_message_id", pa.int64()),
        pa.field("matched_on", pa.string()),
    ]
)
"""Messages in order of arrival; ids count from 0. ``event_time`` is as the sender's clock had it. ``fact_row`` is the
row in ``truth/facts/<event_type>``, over all its parts; ``copy`` is 0 for its first report, and counts what repeats
it, in no order of time. ``format`` is ``json`` or ``avro``; ``detail`` is the field that a body adds or breaks, or its
damage or poison. ``value_sha256`` (hex) and ``value_bytes`` are of the bytes on the wire. ``code`` is the rejection
code; ``kept_message_id`` and ``matched_on`` (``event_id`` or ``status``) are of duplicates."""

FIRINGS = pa.schema(
    [
        pa.field("fault_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("message_id", pa.int64()),
        pa.field("event_type", pa.string(), nullable=False),
        pa.field("fact_row", pa.int64(), nullable=False),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("root_cause", pa.string()),
        pa.field("held_us", pa.int64()),
    ]
)
"""One row for each message that a fault was planned to touch, by fault or by mechanism. ``fault_id`` is ``faults.0``
for the scenario's first fault, ``producers.driver_app.dead_zone`` for a mechanism. A dropped message has no id.
``root_cause`` is what brought the cause about; ``held_us`` is for how long the message was kept back."""


@dataclass(frozen=True)
class Ledger:
    """Messages (schema ``MESSAGES``, in order of ``message_id``) and firings (schema ``FIRINGS``)."""

    messages: pa.Table
    firings: pa.Table

    def write(self, folder: Path) -> None:
        """Write ``messages.parquet`` and ``firings.parquet``."""
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(self.messages, folder / "messages.parquet", compression="zstd")
        pq.write_table(self.firings, folder / "firings.parquet", compression="zstd")

    @classmethod
    def read(cls, folder: Path) -> Ledger:
        """Read what ``write`` wrote."""
        return cls(pq.read_table(folder / "messages.parquet"), pq.read_table(folder / "firings.parquet"))
