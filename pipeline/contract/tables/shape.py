"""The words that the definitions of tables are written in."""

import pyarrow as pa

from backends.interface import TIMESTAMP

TEXT = pa.string()
INT = pa.int64()
REAL = pa.float64()
YES_NO = pa.bool_()
POSITION = (("log_partition", pa.int32()), ("log_offset", INT))
"""Where a message stands in the log."""
VALIDITY = (("valid_from", TIMESTAMP), ("valid_to", TIMESTAMP, "null"))


def columns(*fields: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> pa.Schema:
    """A schema from names and types; only a third word makes a column that may be null."""
    return pa.schema([pa.field(name, kind, nullable=bool(rest)) for name, kind, *rest in fields])
