"""Whether there is anything on some days: who asks for the wrong year must not take silence for success."""

from __future__ import annotations

from backends.interface import Warehouse
from pipeline.batch.days import ALL_DAYS, Days, day_of
from pipeline.contract.tables import EVENTS, MARTS

_EVENT_DAY = "DATE(event_time)"


def no_messages(warehouse: Warehouse, days: Days) -> str | None:
    """A sentence, if no message in the archive arrived on these days."""
    if _is_any(warehouse, "raw.messages", "ingest_date", days):
        return None
    return f"no messages on these days; the archive has {_bounds(warehouse, 'raw.messages', 'ingest_date')}"


def no_events(warehouse: Warehouse, days: Days) -> str | None:
    """A sentence, if no event and no row of a mart is of these days."""
    places = [(mart.name, day) for mart in MARTS if (day := day_of(mart))]
    if any(_is_any(warehouse, table, day, days) for table, day in [*places, (EVENTS.name, _EVENT_DAY)]):
        return None
    return f"no events on these days; {EVENTS.name} has {_bounds(warehouse, EVENTS.name, _EVENT_DAY)}"


def _is_any(warehouse: Warehouse, table: str, day: str, days: Days) -> bool:
    if days == ALL_DAYS:
        return True
    sql = f"SELECT 1 AS one FROM {table} WHERE {day} BETWEEN @first_day AND @last_day LIMIT 1"
    return bool(warehouse.query(sql, days.parameters).read_all().num_rows)


def _bounds(warehouse: Warehouse, table: str, day: str) -> str:
    sql = f"SELECT MIN({day}) AS first, MAX({day}) AS last FROM {table}"
    (row,) = warehouse.query(sql).read_all().to_pylist()
    return f"{row['first']} to {row['last']}" if row["first"] else "none"
