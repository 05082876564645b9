"""Where two versions of a table differ, by day: rows are matched by their keys.

Sums of floating-point numbers depend on the order in which they are added up, which a database does not promise. So
numbers that differ by no more than a billionth of themselves are the same.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pyarrow as pa

from backends.interface import TableSpec
from pipeline.batch.days import day_of
from pipeline.batch.in_memory import in_memory

_TOLERANCE = 1e-9


class Difference(NamedTuple):
    """One day of a table that no longer says what it should; no day, if the table has none."""

    table: str
    day: date | None
    rows_before: int
    rows_after: int
    rows_changed: int
    """Rows that were added, removed or changed."""


def differences(table: TableSpec, stands: pa.Table, should: pa.Table) -> list[Difference]:
    """The days on which ``stands`` differs from what it ``should`` be, both with the table's columns."""
    joined = " AND ".join(f'a."{key}" IS NOT DISTINCT FROM b."{key}"' for key in table.keys)
    differ = " OR ".join([_differ(field) for field in table.schema if field.name not in table.keys] or ["false"])
    sql = f"""
        SELECT coalesce(a.day, b.day) AS day, count(a.present), count(b.present),
               count_if(a.present IS NULL OR b.present IS NULL OR {differ}) AS changed
        FROM (SELECT *, true AS present, {_day(table)} AS day FROM stands) AS a
        FULL JOIN (SELECT *, true AS present, {_day(table)} AS day FROM should) AS b ON {joined}
        GROUP BY 1 HAVING changed > 0 ORDER BY 1
    """
    with in_memory() as connection:
        connection.register("stands", stands)
        connection.register("should", should)
        return [Difference(table.name, *row) for row in connection.execute(sql).fetchall()]


def _day(table: TableSpec) -> str:
    day = day_of(table)
    return "NULL::DATE" if day is None else day.replace("`", '"')


def _differ(field: pa.Field) -> str:
    a, b = f'a."{field.name}"', f'b."{field.name}"'
    if not pa.types.is_floating(field.type):
        return f"{a} IS DISTINCT FROM {b}"
    return f"({a} IS NULL) <> ({b} IS NULL) OR abs({a} - {b}) > {_TOLERANCE} * greatest(abs({a}), abs({b}))"
