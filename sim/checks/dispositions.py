"""Each message of the ledger in exactly one place: clean, dropped as a copy, or rejected with its code."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.contract.tables import DUPLICATES, EVENTS, REJECTED
from sim.checks.observed import Observed
from sim.checks.scratch import Scratch, literal
from sim.checks.table_findings import rows_word
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude
from sim.ledger import Fate

_TOLD = "message_id, log_partition, log_offset, event_type"
_MUST = f"""
create or replace table must as
select message_id, "partition" as log_partition, "offset" as log_offset, event_type, case fate
    when '{Fate.DUPLICATE}' then '{DUPLICATES.name}'
    when '{Fate.REJECTED}' then '{REJECTED.name} as ' || code
    else '{EVENTS.name}' end as place
from messages
"""
_STANDS = f"""
create or replace table stands as
select log_partition, log_offset, '{EVENTS.name}' as place from {{events}}
union all
select log_partition, log_offset, '{DUPLICATES.name}' from {{duplicates}}
union all
select log_partition, log_offset, '{REJECTED.name} as ' || coalesce(code, 'nothing') from {{rejected}}
"""
_STRAYED = """
create or replace table elsewhere as
select must.*, string_agg(distinct stands.place, ' and ' order by stands.place) as found
from must join stands using (log_partition, log_offset)
where message_id in (
    select message_id from must join stands using (log_partition, log_offset) where must.place <> stands.place
) group by all
"""
"""Places are gathered for the messages that stand in a wrong one only: there may be millions of others."""


def check(observed: Observed) -> CheckResult:
    """Look each message up by its place in the log.

    Rows that no message accounts for, and rows twice in one table, are findings of the check of that table.
    """
    scratch = observed.scratch
    scratch.run(_MUST)
    scratch.run(
        _STANDS.format(
            events=observed.table(EVENTS), duplicates=observed.table(DUPLICATES), rejected=observed.table(REJECTED)
        )
    )
    return conclude("dispositions", scratch.messages(), [*_undisposed(scratch), *_misrouted(scratch)])


def _undisposed(scratch: Scratch) -> Iterator[Finding]:
    nowhere = "from must anti join stands using (log_partition, log_offset)"
    by_place = f"select place, count(*) {nowhere} group by place order by place"
    for place, rows in scratch.rows(by_place):
        samples = scratch.samples(f"select {_TOLD} {nowhere} where place = {literal(place)} order by message_id")
        count = int(str(rows))
        detail = f"{rows_word(count).replace('row', 'message')} nowhere, must be in {place}"
        yield Finding(FindingKind.UNDISPOSED, _table(place), count, detail, samples)


def _misrouted(scratch: Scratch) -> Iterator[Finding]:
    scratch.run(_STRAYED)
    for must, found, rows in scratch.rows("select place, found, count(*) from elsewhere group by all order by all"):
        samples = scratch.samples(
            f"select {_TOLD} from elsewhere "
            f"where place = {literal(must)} and found = {literal(found)} order by message_id"
        )
        count = int(str(rows))
        detail = f"{rows_word(count).replace('row', 'message')} in {found}, must be in {must}"
        yield Finding(FindingKind.MISROUTED, _table(must), count, detail, samples)


def _table(place: object) -> str:
    return str(place).split(" ", 1)[0]
