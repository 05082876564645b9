"""What stands around a payload, by column: the same for a message in JSON and in Avro."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from sim.arrays import I64


@dataclass(frozen=True)
class Envelopes:
    """One row for each message of one event type and version in every column. Text may be dictionary-encoded."""

    event_id: pa.Array
    event_time: I64
    """Microseconds since 1970, UTC."""
    producer_time: I64
    source: pa.Array
    payload: pa.Array
    """JSON, as text or bytes."""
    trace_id: pa.Array | None = None
    """Left out where null, or altogether; so is ``tenant_id``."""
    tenant_id: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.event_time)
