"""What the warehouse holds, brought into the scratch: each table once, however many checks ask for it."""

from __future__ import annotations

from backends.interface import TableSpec, Warehouse
from pipeline.contract.tables import RAW_MESSAGES, REJECTED
from sim.checks.scratch import Scratch, quoted

_ATTRIBUTES = "try_cast(attributes as json)"
_SELECTED = {
    RAW_MESSAGES.name: (
        "log_partition, log_offset, ingest_time, ingest_date, key, event_type, "
        f"array_to_string(list_sort(json_keys({_ATTRIBUTES})), ' ') as \"attributes names\", "
        + "".join(
            f"{_ATTRIBUTES}->>'$.{name}' as \"{column}\", "
            for name, column in (
                ("event_type", "attributes.event_type"),
                ("source", "attributes.source"),
                ("tenant_id", "tenant_id"),
            )
        )
        + "(body is not null)::int + (body_base64 is not null)::int as bodies, "
        "sha256(coalesce(encode(body), try(from_base64(body_base64)))) as body_sha256"
    ),
    REJECTED.name: "*, coalesce(trim(reason), '') <> '' as \"reason given\"",
}
"""What is brought in of a table: all columns, or what of them can be compared. Of the archive's bodies the digest will
do, and attributes are compared one by one, since a JSON object has no order. How a rejection is worded is the
pipeline's own affair."""


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
            self.scratch.load(name, rows, _SELECTED.get(spec.name, "*"))
            self.specs.append(spec)
        return quoted(name)

    def row_counts(self) -> dict[str, int]:
        """The rows of each table that was asked for, by name."""
        return {spec.name: self.scratch.numbers(f"select count(*) from {self.table(spec)}")[0] for spec in self.specs}
