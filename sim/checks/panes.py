"""The panes of a window against what each may say: early ones what had come by then, the last one everything.

When an early pane comes is the runner's to say, so that no table of them can be expected. But the pane on time counts
exactly what arrived until the window's end, and what follows only adds what came late.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.contract.tables import KPI_5MIN, KPI_5MIN_PANES
from sim.checks.observed import Observed
from sim.checks.scratch import Scratch
from sim.checks.table_findings import rows_word
from sim.checks.verdict import CheckResult, Finding, FindingKind, Outcome, conclude
from sim.expected import Expected
from sim.run_folder import Mode

_KEYS = KPI_5MIN.keys
_COUNTS = tuple(name for name in KPI_5MIN.schema.names if name not in _KEYS)
_ON_TIME = tuple(name for name in _COUNTS if name != "late_events")
_TIMINGS = ("early", "on_time", "late")


def check(expected: Expected, observed: Observed, mode: Mode) -> CheckResult:
    """Hold ``curated.kpi_5min_panes`` to the rules of panes; after a batch to being empty."""
    scratch = observed.scratch
    table = observed.table(KPI_5MIN_PANES)
    (rows,) = scratch.numbers(f"select count(*) from {table}")
    if mode == "batch":
        if not rows:
            return CheckResult("panes", Outcome.PASS, 0, note="empty, as it must be: the pipeline ran as a batch")
        detail = f"{rows_word(rows)} of panes, though the pipeline ran as a batch"
        samples = scratch.samples(f"select {', '.join(KPI_5MIN_PANES.keys)}, timing from {table} order by all")
        return conclude("panes", rows, [Finding(FindingKind.UNEXPECTED, KPI_5MIN_PANES.name, rows, detail, samples)])
    scratch.load("at_end", expected.tables[KPI_5MIN.name])
    scratch.load("on_time", expected.on_time)
    scratch.run(_TOLD.format(table=table))
    return conclude("panes", rows, _findings(scratch))


def _of(side: str, names: tuple[str, ...] = _COUNTS) -> str:
    return f"[{', '.join(f'{side}.{name}' for name in names)}]"


_SAME = f"using ({', '.join(_KEYS)})"
_TOLD = f"""
create or replace table told as
with numbered as (
    select *, {_of("pane_row")} as counts, list_position({list(_TIMINGS)}, timing) as stage,
        count(*) over (partition by {", ".join(KPI_5MIN_PANES.keys)}) > 1 as again,
        count(*) over (partition by {", ".join(_KEYS)}, timing) > 1 and timing = 'on_time' as on_time_again,
        row_number() over (partition by {", ".join(_KEYS)} order by pane desc) = 1 as last
    from {{table}} pane_row
)
select numbered.*, {_of("at_end")} as end_counts, at_end.scans is not null as counts_at_all,
    if(on_time.scans is null, null, {_of("on_time")}) as on_time_counts,
    lag(counts) over before as counts_before, lag(stage) over before as stage_before
from numbered left join on_time {_SAME} left join at_end {_SAME}
window before as (partition by {", ".join(_KEYS)} order by pane)
"""
_FELL = "len(list_filter(list_zip(counts, counts_before), lambda pair: pair[1] < pair[2])) > 0"
_AHEAD = "len(list_filter(list_zip(counts, on_time_counts), lambda pair: pair[1] > coalesce(pair[2], 0))) > 0"
_IN_TIME = f"list_sum(counts[1:{len(_ON_TIME)}]) - counts[{len(_COUNTS)}]"

_RULES = (
    (FindingKind.DUPLICATED, "again or on_time_again", "null", "with a pane that is there already"),
    (FindingKind.UNEXPECTED, "not counts_at_all", "null", "for windows that nothing is counted in"),
    (FindingKind.CORRUPTED, "stage is null", f"'{', '.join(_TIMINGS)}'", "with a timing that there is not"),
    (FindingKind.REGRESSED, _FELL, "counts_before", "with a count below that of the pane before"),
    (FindingKind.REGRESSED, "stage < stage_before", "counts_before", "out of the order early, on time, late"),
    (
        FindingKind.CORRUPTED,
        f"timing = 'early' and {_AHEAD}",
        "on_time_counts",
        "early, with more than ever came on time",
    ),
    (
        FindingKind.CORRUPTED,
        "timing = 'on_time' and counts is distinct from on_time_counts and counts_at_all",
        "on_time_counts",
        "on time, with other counts than those of what came until the end of the window",
    ),
    (
        FindingKind.CORRUPTED,
        f"timing = 'late' and {_IN_TIME} <> coalesce(list_sum(on_time_counts), 0)",
        "on_time_counts",
        "late, in which something that came on time is missing or counted again",
    ),
    (
        FindingKind.STALE,
        "last and counts_at_all and counts <> end_counts",
        "end_counts",
        "last, and not all that counts",
    ),
)
"""Of a row of ``told``: the finding, when it is one, what the counts must be beside, and a few words."""

_MISSING = (
    ("on_time", "timing = 'on_time'", "windows without a pane on time, though something came in time"),
    ("at_end", "true", "windows without any pane"),
)


def _findings(scratch: Scratch) -> Iterator[Finding]:
    keys = ", ".join(_KEYS)
    for kind, condition, expected, said in _RULES:
        shown = f"{keys}, pane, timing, 'counts' as field, {expected} as expected, counts as observed"
        yield from _finding(scratch, kind, f"select {shown} from told where {condition} order by {keys}, pane", said)
    for side, there, said in _MISSING:
        gone = f"select {keys} from {side} anti join (from told where {there}) {_SAME} order by {keys}"
        yield from _finding(scratch, FindingKind.LOST, gone, said)


def _finding(scratch: Scratch, kind: FindingKind, select: str, said: str) -> Iterator[Finding]:
    (rows,) = scratch.numbers(f"select count(*) from ({select})")
    if rows:
        name = KPI_5MIN_PANES.name
        yield Finding(kind, name, rows, f"{rows_word(rows)} of {name} {said}", scratch.samples(select))
