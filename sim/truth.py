"""What happened in the world: one Arrow table of facts for each event type, and the reference data.

A fact's row holds ``event_id``, ``event_version``, ``event_time``, ``trace_id`` and ``tenant_id``, then the leaves
of the payload of that type's newest version. Rows are in order of ``event_time``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import EVENT_TYPES

_TIMESTAMP = pa.timestamp("us", tz="UTC")
REFERENCE_TABLES = ("dim_facility", "dim_carrier", "dim_lane")


def fact_schema(event_type: str) -> pa.Schema:
    """The columns of the facts of one event type."""
    return pa.schema(
        [
            pa.field("event_id", pa.string(), nullable=False),
            pa.field("event_version", pa.int64(), nullable=False),
            pa.field("event_time", _TIMESTAMP, nullable=False),
            pa.field("trace_id", pa.string()),
            pa.field("tenant_id", pa.string()),
            *(
                pa.field(leaf.column, leaf.arrow_type, nullable=leaf.nullable)
                for leaf in payload_leaves(event_type, latest_version(event_type))
            ),
        ]
    )


@dataclass(frozen=True)
class Truth:
    """Facts by event type, and reference tables by name (``dim_facility``, ``dim_carrier``, ``dim_lane``)."""

    facts: dict[str, pa.Table]
    reference: dict[str, pa.Table]

    def write(self, folder: Path) -> None:
        """Write one Parquet file for each table: ``facts/<event type>.parquet``, ``reference/<table>.parquet``."""
        for part, tables in (("facts", self.facts), ("reference", self.reference)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            for name, table in tables.items():
                pq.write_table(table, folder / part / f"{name}.parquet", compression="zstd")

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """Read what ``write`` wrote."""
        return cls(
            {name: pq.read_table(folder / "facts" / f"{name}.parquet") for name in EVENT_TYPES},
            {name: pq.read_table(folder / "reference" / f"{name}.parquet") for name in REFERENCE_TABLES},
        )
