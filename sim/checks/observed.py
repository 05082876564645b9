"""What the warehouse holds, brought into the scratch: each table once, however many checks ask for it."""

from __future__ import annotations

from backends.interface import TableSpec, Warehouse
from pipeline.contract.tables import RAW_MESSAGES
from sim.checks.scratch import Scratch, quoted

_RAW = (
    "log_partition, log_offset, ingest_time, key, event_type, attributes->>'$.tenant_id' as tenant_id, "
    "sha256(coalesce(encode(body), from_base64(body_base64))) as body_sha256"
)
"""Of the archive the digest of each body will do, and of the attributes the tenant."""


class Observed:
    """Tables of the warehouse as tables of a scratch."""

    def __init__(self, warehouse: Warehouse, scratch: Scratch) -> None:
        self.scratch = scratch
        self._warehouse = warehouse
        self.specs: list[TableSpec] = []

    def table(self, spec: TableSpec) -> str:
        """All rows of a table; gives its name in the scratch as SQL."""
        name = f"observed {spec.name}"
        if not self.scratch.holds(name):
            columns = ", ".join(spec.schema.names)
            rows = self._warehouse.query(f"SELECT {columns} FROM {spec.name}")
            self.scratch.load(name, rows, _RAW if spec is RAW_MESSAGES else "*")
            self.specs.append(spec)
        return quoted(name)

    def row_counts(self) -> dict[str, int]:
        """The rows of each table that was asked for, by name."""
        return {spec.name: self.scratch.numbers(f"select count(*) from {self.table(spec)}")[0] for spec in self.specs}
