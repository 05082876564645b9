"""The marts: one SELECT a file in GoogleSQL, built from clean tables. A mart is replaced whole, or not at all."""

from __future__ import annotations

from importlib.resources import files

from backends.interface import TableSpec, Warehouse
from pipeline.contract.tables import MARTS


def select(mart: TableSpec) -> str:
    """The SELECT of a mart."""
    name = mart.name.partition(".")[2]
    return files("pipeline.marts").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def build_marts(warehouse: Warehouse) -> None:
    """Build all marts anew from the tables as they are."""
    for mart in MARTS:
        warehouse.query(f"CREATE OR REPLACE TABLE {mart.name} AS\n{select(mart)}").read_all()
