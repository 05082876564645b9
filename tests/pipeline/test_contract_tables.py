"""The tables as DuckDB and BigQuery take them: every column with its type, and where BigQuery cuts and sorts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from backends.interface import TableSpec
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.bigquery_tables import table_resource
from pipeline.contract.duckdb_tables import ddl
from pipeline.contract.tables import TABLES
from pipeline.contract.tables.layout import LAYOUT
from pipeline.contract.tables.meaning import MEANING, meaning

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def made() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(ddl())
        yield connection


@every_table
def test_duckdb_makes_the_columns_of_the_contract(made: duckdb.DuckDBPyConnection, table: TableSpec) -> None:
    found = made.sql(f"SELECT * FROM {table.name}").to_arrow_table().schema
    assert found.remove_metadata().equals(pa.schema([field.with_nullable(True) for field in table.schema]))


@every_table
def test_duckdb_refuses_null_where_the_contract_does(made: duckdb.DuckDBPyConnection, table: TableSpec) -> None:
    schema, name = table.name.split(".")
    found = made.execute(
        "SELECT column_name, is_nullable FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?", [schema, name]
    ).fetchall()
    assert dict(found) == {field.name: field.nullable for field in table.schema}


def test_a_table_of_the_ddl_takes_what_the_warehouse_shows(made: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, list(TABLES.values()))
    for table in TABLES.values():
        shown = warehouse.query(f"SELECT * FROM {table.name}").read_all()
        assert shown.schema.names == table.schema.names
        made.register("shown", shown)
        made.execute(f"INSERT INTO {table.name} SELECT * FROM shown")
        made.unregister("shown")
        held = made.sql(f"SELECT * FROM {table.name}").to_arrow_table().schema
        assert held.types == shown.schema.types


def test_comments_say_what_a_table_and_its_columns_are(made: duckdb.DuckDBPyConnection) -> None:
    (said,) = made.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'kpi_5min'").fetchone() or ("",)
    assert said.startswith("Counts of status changes")
    assert "A row is identified by window_start, tenant_id, facility_id." in said
    assert made.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal").fetchone() == (
        0,
    )


def test_every_column_has_its_meaning_and_no_meaning_is_left_over() -> None:
    columns = {(table.name, name) for table in TABLES.values() for name in table.schema.names}
    for column in columns:
        assert meaning(*column), f"describe {column} in pipeline/contract/tables/meaning.py"
    known = {name for _, name in columns} | {".".join(column) for column in columns}
    assert set(MEANING) - known <= {"value", "metric", "label"}


BIGQUERY = {
    pa.string(): "STRING",
    pa.int32(): "INTEGER",
    pa.int64(): "INTEGER",
    pa.float64(): "FLOAT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}


def fields(table: TableSpec) -> list[dict[str, str]]:
    found: list[dict[str, str]] = table_resource(table)["schema"]["fields"]
    return found


@every_table
def test_bigquery_has_each_column_with_its_type(table: TableSpec) -> None:
    expected = [(f.name, BIGQUERY[f.type], "NULLABLE" if f.nullable else "REQUIRED") for f in table.schema]
    assert [(field["name"], field["type"], field["mode"]) for field in fields(table)] == expected
    assert all(0 < len(field["description"]) <= 1024 for field in fields(table))
    assert len(table.description) <= 16_384


@pytest.mark.parametrize("name", LAYOUT)
def test_a_layout_is_one_that_bigquery_takes(name: str) -> None:
    """https://cloud.google.com/bigquery/docs/clustered-tables: at most four columns, at the top, none of them a float.

    A partition by day needs a column with a time or a date.
    """
    types = {field["name"]: field["type"] for field in fields(TABLES[name])}
    layout = LAYOUT[name]
    assert layout.day is None or types[layout.day] in {"DATE", "TIMESTAMP"}
    assert len(layout.cluster) <= 4
    assert all(types[column] in {"STRING", "INTEGER", "BOOLEAN", "DATE", "TIMESTAMP"} for column in layout.cluster)


def test_clean_events_are_cut_by_the_day_they_happened() -> None:
    resource = table_resource(TABLES["clean.events"])
    assert resource["timePartitioning"] == {"type": "DAY", "field": "event_time"}
    assert resource["clustering"] == {"fields": ["event_type", "shipment_id", "facility_id"]}
    assert resource["tableReference"] == {"datasetId": "clean", "tableId": "events"}


@every_table
def test_the_client_library_takes_a_table_and_gives_it_back(table: TableSpec) -> None:
    bigquery: Any = pytest.importorskip(
        "google.cloud.bigquery", reason="google-cloud-bigquery is not installed: pip install '.[gcp]' brings it"
    )
    resource = table_resource(table)
    named = resource["tableReference"] | {"projectId": "some-project"}
    taken = bigquery.Table.from_api_repr(resource | {"tableReference": named})
    assert [bigquery.SchemaField.from_api_repr(field).to_api_repr() for field in fields(table)] == fields(table)
    assert [field.name for field in taken.schema] == table.schema.names
    assert taken.clustering_fields == (list(LAYOUT[table.name].cluster) or None if table.name in LAYOUT else None)
    assert (taken.time_partitioning and taken.time_partitioning.field) == (
        LAYOUT[table.name].day if table.name in LAYOUT else None
    )
