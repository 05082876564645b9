"""What a backfill processes once more, and what it must remember to know copies by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import Warehouse
from pipeline.batch.days import ALL_DAYS, Days
from pipeline.batch.places import Places, found_places, is_in, packed

_DAY_US = 86_400 * 1_000_000


@dataclass(frozen=True)
class Scope:
    """Messages that arrived on some days, of some claimed types: partitions of ``raw.messages``. No type: all."""

    days: Days = ALL_DAYS
    types: tuple[str, ...] = ()

    def places(self, warehouse: Warehouse) -> Places:
        """Where the messages stand in the log that are in scope and in the warehouse."""
        names = {f"type_{n}": kind for n, kind in enumerate(self.types)}
        of_types = f"AND event_type IN ({', '.join(f'@{name}' for name in names)})" if names else ""
        return found_places(
            warehouse,
            "SELECT log_partition, log_offset FROM raw.messages "
            f"WHERE ingest_date BETWEEN @first_day AND @last_day {of_types}",
            self.days.parameters | names,
        )


@dataclass(frozen=True)
class Reading:
    """Which messages of the archive a backfill reads: those from its first day on, and those that are remembered then.

    What comes after the last day is read too: it may be a copy of what is in scope. Of what came before the first day,
    only the first of each key within the TTL is: ``lost`` was told to be a copy or refused, and stays so. A status
    change that lost to another by its status is read with the one that it lost to, ``kept``, which may be older.
    """

    first_us: int
    since_us: int
    lost: Places
    kept: Places

    @property
    def first_day(self) -> str:
        """The oldest day of arrival, as in a folder's name, of which anything is read."""
        return _day(self.since_us - (self.first_us - self.since_us))

    def __call__(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        """The messages of a batch that are read."""
        arrived = pc.cast(messages.column("ingest_time"), pa.int64()).to_numpy()
        places = packed(messages, "partition", "offset")
        remembered = (arrived >= self.since_us) & ~is_in(places, self.lost)
        return messages.filter(pa.array((arrived >= self.first_us) | remembered | is_in(places, self.kept)))


def reading(warehouse: Warehouse, scope: Scope, ttl_us: int) -> Reading:
    """What must be read for a scope, from what the warehouse says of older messages."""
    first_us = (scope.days.first - date(1970, 1, 1)).days * _DAY_US
    lost = found_places(
        warehouse,
        "SELECT log_partition, log_offset FROM clean.rejected WHERE DATE(ingest_time) < @first_day UNION ALL "
        "SELECT log_partition, log_offset FROM ops.duplicates WHERE matched_on = 'event_id'",
        {"first_day": scope.days.first},
    )
    kept = found_places(
        warehouse,
        "SELECT first_log_partition AS log_partition, first_log_offset AS log_offset FROM ops.duplicates "
        "WHERE matched_on = 'status'",
    )
    return Reading(first_us, first_us - ttl_us, lost, kept)


def _day(time_us: int) -> str:
    """The day of a time; the first day of all where that would lie before it."""
    days = (date(1970, 1, 1) - date.min).days
    return str(date(1970, 1, 1) + timedelta(days=max(time_us // _DAY_US, -days)))
