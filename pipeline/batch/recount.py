"""What the windows count, as one SELECT each over the clean tables: to compare with, and to mend by."""

from __future__ import annotations

from importlib.resources import files

from backends.interface import TableSpec
from pipeline.contract.tables import FACILITY_THROUGHPUT, KPI_5MIN

COUNTED = (KPI_5MIN, FACILITY_THROUGHPUT)
"""The tables that can be counted anew."""


def recount(table: TableSpec) -> str:
    """The GoogleSQL SELECT that says what a table of windows must hold."""
    name = table.name.partition(".")[2]
    return files("pipeline.batch").joinpath(f"{name}.sql").read_text(encoding="utf-8")
