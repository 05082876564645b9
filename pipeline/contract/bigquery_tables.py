"""The tables as BigQuery's REST interface takes them (resource ``Table``), without the project that they live in.

``bq mk --schema``, Terraform's ``google_bigquery_table`` and the client library take the list under ``schema.fields``.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec
from pipeline.contract.tables import TABLES
from pipeline.contract.tables.layout import LAYOUT, Layout
from pipeline.contract.tables.meaning import meaning

_TYPES: dict[pa.DataType, str] = {
    pa.string(): "STRING",
    pa.int32(): "INTEGER",
    pa.int64(): "INTEGER",
    pa.float64(): "FLOAT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    TIMESTAMP: "TIMESTAMP",
}
"""The names that the interface answers with, so that what is read back is what was written."""


def table_resource(table: TableSpec) -> dict[str, Any]:
    """A table's description, columns, partitions by day, and order within one."""
    layout = LAYOUT.get(table.name, Layout())
    dataset, name = table.name.split(".")
    resource: dict[str, Any] = {
        "tableReference": {"datasetId": dataset, "tableId": name},
        "description": table.description,
        "schema": {"fields": [_field(table, field) for field in table.schema]},
    }
    if layout.day:
        resource["timePartitioning"] = {"type": "DAY", "field": layout.day}
    if layout.cluster:
        resource["clustering"] = {"fields": list(layout.cluster)}
    return resource


def _field(table: TableSpec, field: pa.Field) -> dict[str, str]:
    return {
        "name": field.name,
        "type": _TYPES[field.type],
        "mode": "NULLABLE" if field.nullable else "REQUIRED",
        "description": meaning(table.name, field.name),
    }


def schema_files() -> dict[str, str]:
    """The text of each table's file by its name, as ``clean.events.json``."""
    return {f"{table.name}.json": json.dumps(table_resource(table), indent=2) + "\n" for table in TABLES.values()}
