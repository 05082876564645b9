"""A range of days, and the day that a row of a table belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from backends.interface import TableSpec


@dataclass(frozen=True)
class Days:
    """All days from ``first`` to ``last``, both included."""

    first: date = date.min
    last: date = date.max

    @property
    def parameters(self) -> dict[str, object]:
        """The days as the parameters ``@first_day`` and ``@last_day``."""
        return {"first_day": self.first, "last_day": self.last}

    def __str__(self) -> str:
        return "all days" if self == ALL_DAYS else f"{self.first} to {self.last}"


ALL_DAYS = Days()


def day_of(table: TableSpec) -> str | None:
    """GoogleSQL for the day of a row: a key column that is a date, or the UTC day of one that is a time."""
    for name in table.keys:
        if pa.types.is_date(table.schema.field(name).type):
            return f"`{name}`"
        if pa.types.is_timestamp(table.schema.field(name).type):
            return f"DATE(`{name}`)"
    return None
