"""The identity ``messages = clean + duplicate + too_late + rejected``, for every tenant and event type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from pipeline.contract.tables import DUPLICATES, EVENTS, RAW_MESSAGES, REJECTED
from sim.checks.counts import Conserved, Counts
from sim.checks.observed import Observed
from sim.checks.scratch import SAMPLES_MAX
from sim.checks.table_findings import rows_word
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude
from sim.ledger import Fate

_TALLIES = f"""
select coalesce(tenant_id, '') as tenant, event_type as type, side, fate, sum(n) as n from (
    select tenant_id, event_type, 'observed' as side, 'messages' as fate, 1 as n from {{raw}}
    union all
    select tenant_id, event_type, 'observed',
        case lateness when 'on_time' then '{Fate.CLEAN}' else lateness end, 1 from {{events}}
    union all
    select tenant_id, event_type, 'observed', '{Fate.DUPLICATE}', 1 from {{duplicates}}
    union all
    select tenant_id, event_type, 'observed', '{Fate.REJECTED}', 1 from {{rejected}}
    union all
    select tenant_id, event_type, 'planned', 'messages', 1 from messages
    union all
    select tenant_id, event_type, 'planned', fate, 1 from messages
) group by all order by all
"""


def conserved(observed: Observed) -> tuple[Conserved, ...]:
    """Count messages and fates, by tenant and event type."""
    scratch = observed.scratch
    tallies = _TALLIES.format(
        raw=observed.table(RAW_MESSAGES),
        events=observed.table(EVENTS),
        duplicates=observed.table(DUPLICATES),
        rejected=observed.table(REJECTED),
    )
    counts: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for tenant, event_type, side, fate, n in scratch.rows(tallies):
        sides = counts.setdefault((str(tenant), str(event_type)), {"planned": {}, "observed": {}})
        sides[str(side)][str(fate)] = int(str(n))
    return tuple(
        Conserved(*key, msgspec.convert(sides["planned"], Counts), msgspec.convert(sides["observed"], Counts))
        for key, sides in counts.items()
    )


def check(rows: Sequence[Conserved]) -> CheckResult:
    """The identity as observed, and the messages received against those sent."""
    findings = [
        *_off(
            rows,
            lambda row: row.observed.messages - row.observed.disposed,
            "{} received and not found clean, duplicate, too late or rejected, or the other way round",
        ),
        *_off(
            rows,
            lambda row: row.planned.messages - row.observed.messages,
            "{} sent and not received, or the other way round",
        ),
    ]
    return conclude("conservation", sum(row.planned.messages for row in rows), findings)


def _off(rows: Sequence[Conserved], difference: Callable[[Conserved], int], wording: str) -> Iterator[Finding]:
    off = [row for row in rows if difference(row)]
    if off:
        count = sum(abs(difference(row)) for row in off)
        where = ", ".join(f"{row.event_type} of {row.tenant_id or 'no tenant'}" for row in off[:SAMPLES_MAX])
        more = f" and {len(off) - SAMPLES_MAX} more" if len(off) > SAMPLES_MAX else ""
        detail = f"{wording.format(rows_word(count).replace('row', 'message'))}: {where}{more}"
        samples = tuple(_sample(row) for row in off[:SAMPLES_MAX])
        yield Finding(FindingKind.UNDISPOSED, RAW_MESSAGES.name, count, detail, samples)


def _sample(row: Conserved) -> dict[str, str]:
    return {
        "tenant_id": row.tenant_id,
        "event_type": row.event_type,
        "sent": str(row.planned.messages),
        "received": str(row.observed.messages),
        "disposed": str(row.observed.disposed),
    }
