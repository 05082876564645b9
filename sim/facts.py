"""Facts: typed events that happened in the world, with what their producers need to know to report them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from sim.arrays import I64, U64


@dataclass(frozen=True)
class Facts:
    """Facts of one event type and one slice, in order of ``event_time``."""

    event_type: str
    table: pa.Table
    """Columns of ``sim.truth.fact_schema``; text may be dictionary-encoded."""
    luck: U64
    """A number that no other fact of the type has in the whole run: the entity of every draw about this fact."""
    actor: I64
    """Who reports it: a driver, vehicle, scanner, carrier, tenant or facility of the cast, as the sender asks."""
    tenant: I64
    """By index, or -1."""
    facility: I64
    """Where it happened, by index; of drivers and vans, the depot they belong to."""

    def __len__(self) -> int:
        return len(self.luck)
