"""What differs between the tables that stand and those that a run has just made, among rows of some messages."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from backends.interface import TableSpec, Warehouse
from pipeline.batch.in_memory import in_memory
from pipeline.batch.places import OFFSET_BITS, Places, rows_at
from pipeline.contract.tables import DUPLICATES, EVENTS, REJECTED, SHIPMENT_STATUS_EVENTS, TOO_LATE

BY_MESSAGE = (EVENTS, SHIPMENT_STATUS_EVENTS, REJECTED, TOO_LATE, DUPLICATES)
"""The tables whose rows were made of one message each, and say of which."""
_DIFFERENT = """
SELECT DISTINCT place FROM ((FROM stands EXCEPT ALL FROM made) UNION ALL (FROM made EXCEPT ALL FROM stands))
"""


def changed_places(table: TableSpec, stands: Warehouse, made: Warehouse, places: Places) -> Places:
    """The places, among some, of messages whose rows are not the same in both."""
    with in_memory() as connection:
        for name, warehouse in (("stands", stands), ("made", made)):
            _fingerprint(connection, name, table, warehouse, places)
        found = connection.sql(_DIFFERENT).fetchnumpy()["place"]
    return np.sort(np.asarray(found, dtype=np.int64))


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableSpec, warehouse: Warehouse, places: Places
) -> None:
    """A table of the place and a 64-bit hash of each row: rows are compared only with rows of the same place."""
    found = (batch.cast(table.schema) for batch in rows_at(warehouse, table, places))
    columns = ", ".join(f'"{column}"' for column in table.schema.names)
    connection.register("rows", pa.RecordBatchReader.from_batches(table.schema, found))
    place = f"(log_partition::BIGINT << {OFFSET_BITS}) | log_offset"
    connection.execute(f"CREATE TABLE {name} AS SELECT {place} AS place, hash({columns}) AS content FROM rows")
    connection.unregister("rows")
