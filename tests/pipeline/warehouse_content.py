"""What is in a warehouse, to be compared: its rows whatever their order, or its files to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from backends.interface import TableSpec
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import STREAMED


def rows(warehouse: LocalWarehouse, table: str) -> list[dict[str, object]]:
    return list(warehouse.query(f"SELECT * FROM {table}").read_all().to_pylist())


def snapshot(warehouse: LocalWarehouse, tables: Sequence[TableSpec] = STREAMED) -> dict[str, list[str]]:
    return {spec.name: sorted(map(str, rows(warehouse, spec.name))) for spec in tables}


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
