"""Events that are rightly in a table twice: what comes again after it was forgotten is a first again.

Rows of one key are told apart by the stretch of time in which they arrived, each from one expected arrival until the
next. So a copy that a pipeline kept stands beside its own first, and one that it dropped leaves its stretch empty.
"""

from __future__ import annotations

from sim.checks.pairing import Sides
from sim.checks.scratch import Scratch, quoted

_ARRIVAL = "row({0}.ingest_time, {0}.log_partition, {0}.log_offset)"


def number_occurrences(scratch: Scratch, sides: Sides) -> bool:
    """Give both sides a column ``occurrence``, from 1, if any key is expected more than once; says whether one is."""
    keys = ", ".join(map(quoted, sides.keys))
    (several,) = scratch.numbers(f"select count(*) - count(distinct hash({keys})) from {sides.expected}")
    if not several:
        return False
    scratch.run(
        f"create or replace table arrivals as select {keys}, {_ARRIVAL.format('e')} as arrival from {sides.expected} e "
        f"qualify count(*) over (partition by {keys}) > 1"
    )
    for side in (sides.expected, sides.observed):
        _number(scratch, side, sides.keys)
    return True


def _number(scratch: Scratch, side: str, keys: tuple[str, ...]) -> None:
    """How many expected rows of its key had come when a row came; the first stretch has no beginning."""
    same = " and ".join(f"a.{quoted(key)} is not distinct from r.{quoted(key)}" for key in keys)
    scratch.run(f"alter table {side} add column if not exists occurrence bigint default 1")
    scratch.run(
        f"update {side} s set occurrence = greatest(1, n.had_come) from ("
        f"select r.rowid as row, count_if(a.arrival <= {_ARRIVAL.format('r')}) as had_come "
        f"from {side} r join arrivals a on {same} group by r.rowid) n where n.row = s.rowid"
    )
