"""Every planned fault is proven to have fired: evidence in the log's bytes, at the place of each planned message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from sim.checks.counts import FaultCount
from sim.checks.evidence import evidence
from sim.checks.log_bodies import load_bodies
from sim.checks.scratch import Scratch, literal
from sim.checks.verdict import CheckResult, Outcome, conclude
from sim.faults import Fault


def fault_counts(
    faults: Sequence[Fault], batches: Iterable[pa.RecordBatch], scratch: Scratch
) -> tuple[FaultCount, ...]:
    """Count firings, in order of the scenario's faults. ``batches`` are the log's messages."""
    if not faults:
        return ()
    load_bodies(batches, scratch)
    return tuple(_count(f"faults.{index}", fault, scratch) for index, fault in enumerate(faults))


def _count(fault_id: str, fault: Fault, scratch: Scratch) -> FaultCount:
    proof = evidence(fault)
    planned, fired = scratch.numbers(
        f"select count(*), count_if(coalesce({proof}, false)) from fired f left join bodies b using (message_id) "
        f"where f.fault_id = {literal(fault_id)}"
    )
    return FaultCount(fault_id, type(fault).__name__.lower(), planned, fired)


def check(counts: Sequence[FaultCount]) -> CheckResult:
    """UNKNOWN if a fault planned nothing or did not fire as planned: then nothing is proven about it."""
    short = [_shortfall(count) for count in counts if not count.planned or count.fired < count.planned]
    planned = sum(count.planned for count in counts)
    if short:
        return CheckResult("fired", Outcome.UNKNOWN, planned, note="; ".join(short))
    if not counts:
        return CheckResult("fired", Outcome.PASS, 0, note="the scenario plans no faults")
    return conclude("fired", planned, ())


def _shortfall(count: FaultCount) -> str:
    if not count.planned:
        return f"{count.fault_id} {count.kind}: fault planned nothing"
    return f"{count.fault_id} {count.kind}: fired at {count.fired:,} of {count.planned:,} messages"
