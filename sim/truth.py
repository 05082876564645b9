"""What happened in the world, on disk in parts: facts by event type, movements that nobody reports, reference data.

A fact's row holds ``event_id``, ``event_version``, ``event_time``, ``trace_id`` and ``tenant_id``, then the leaves
of the payload of that type's newest version. Rows of a part are in order of ``event_time``; a row's number counts over
all parts of its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import TIMESTAMP
from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import EVENT_TYPES

if TYPE_CHECKING:
    from sim.facts import Facts
    from sim.world.cast import Cast

REFERENCE_TABLES = ("dim_facility", "dim_carrier", "dim_lane", "disruptions")


def fact_schema(event_type: str) -> pa.Schema:
    """The columns of the facts of one event type."""
    return pa.schema(
        [
            pa.field("event_id", pa.string(), nullable=False),
            pa.field("event_version", pa.int64(), nullable=False),
            pa.field("event_time", TIMESTAMP, nullable=False),
            pa.field("trace_id", pa.string()),
            pa.field("tenant_id", pa.string()),
            *(
                pa.field(leaf.column, leaf.arrow_type, nullable=leaf.nullable)
                for leaf in payload_leaves(event_type, latest_version(event_type))
            ),
        ]
    )


def parts(folder: Path, kind: str, name: str) -> list[Path]:
    """The files of a table in order; ``kind`` is ``facts`` or ``world``."""
    return sorted((folder / kind / name).glob("part-*.parquet"))


def write_part(folder: Path, index: int, facts: Mapping[str, Facts], movements: Mapping[str, pa.Table]) -> None:
    """Write ``facts/<event type>/part-<index>.parquet`` and ``world/<table>/part-<index>.parquet``.

    What is empty is left out, but for part 0, so that a pattern of names always finds a file.
    """
    tables = {Path("facts", name): some.table for name, some in facts.items()}
    tables |= {Path("world", name): table for name, table in movements.items()}
    for name, table in tables.items():
        if table.num_rows or not index:
            _write(folder / name / f"part-{index:05}.parquet", table)


def _write(path: Path, table: pa.Table) -> None:
    """Text that is a dictionary stays one in the file, and is plain text to whoever reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    repeating = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(table, path, compression="zstd", use_dictionary=repeating, store_schema=False)


def remove_parts(folder: Path, first: int) -> None:
    """Remove the parts of all tables from an index on."""
    for path in folder.glob("*/*/part-*.parquet"):
        if int(path.stem.removeprefix("part-")) >= first:
            path.unlink()


def write_reference(folder: Path, cast: Cast) -> None:
    """Write ``reference/<table>.parquet``: the dimensions, and the scenario's disruptions."""
    from sim.world.reference import reference_tables  # the world's modules need the schema above

    for name, table in reference_tables(cast).items():
        path = folder / "reference" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path, compression="zstd")


@dataclass(frozen=True)
class Truth:
    """Facts by event type, and reference tables by name."""

    facts: dict[str, pa.Table]
    reference: dict[str, pa.Table]

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """Read all parts. A type without facts has an empty table."""
        return cls(
            {name: _read(parts(folder, "facts", name), fact_schema(name)) for name in EVENT_TYPES},
            read_reference(folder),
        )


def read_reference(folder: Path) -> dict[str, pa.Table]:
    """The reference tables alone."""
    return {name: pq.read_table(folder / "reference" / f"{name}.parquet") for name in REFERENCE_TABLES}


def _read(files: list[Path], schema: pa.Schema) -> pa.Table:
    tables = [pq.read_table(file, partitioning=None).cast(schema) for file in files]
    return pa.concat_tables([schema.empty_table(), *tables])
