"""Every planned fault is proven to have fired: evidence in the log's bytes, at the place of each planned message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from pipeline.contract.avro import AvroSchema
from pipeline.contract.events import EVENT_TYPES
from sim.checks.counts import FaultCount
from sim.checks.evidence import evidence, mechanism_evidence
from sim.checks.log_bodies import load_bodies
from sim.checks.scratch import Scratch, literal
from sim.checks.verdict import CheckResult, Outcome
from sim.faults import Drift
from sim.producers.mechanisms import mechanisms
from sim.producers.senders import senders
from sim.scenario import Scenario
from sim.wire.avro_body import Change, drifted_schema

MECHANISM = "producers."


def fault_counts(
    scenario: Scenario, facts: Mapping[str, pa.Table], batches: Iterable[pa.RecordBatch], scratch: Scratch
) -> tuple[FaultCount, ...]:
    """Count firings: first of the scenario's faults in order, then of the mechanisms that are on.

    ``facts`` are the truth's, by event type; ``batches`` are the log's messages.
    """
    on = _mechanisms(scenario, scratch)
    if not scenario.faults and not on:
        return ()
    _load_true_times(facts, scratch)
    load_bodies(batches, scratch, _private_schemas(scenario))
    explicit = (
        _count(f"faults.{index}", fault.kind, evidence(fault), scratch) for index, fault in enumerate(scenario.faults)
    )
    made = (
        _count(fault_id, kind, mechanism_evidence(fault_id, kind, scenario.producers), scratch)
        for fault_id, kind in on.items()
    )
    return (*explicit, *made)


def _mechanisms(scenario: Scenario, scratch: Scratch) -> dict[str, str]:
    """Kinds by fault id: of the mechanisms that the scenario switches on, and of whatever else the ledger names."""
    told = scratch.rows(f"select distinct fault_id, kind from fired where fault_id like '{MECHANISM}%' order by all")
    return dict(mechanisms(scenario)) | {str(fault_id): str(kind) for fault_id, kind in told}


def _load_true_times(facts: Mapping[str, pa.Table], scratch: Scratch) -> None:
    """When the events really happened that something was planned for: ``true_times``."""
    tables = [_true_times(event_type, facts[event_type], scratch) for event_type in EVENT_TYPES]
    scratch.load("true_times", pa.concat_tables(tables))


def _true_times(event_type: str, facts: pa.Table, scratch: Scratch) -> pa.Table:
    rows = scratch.rows(f"select distinct fact_row from fired where event_type = {literal(event_type)} order by all")
    wanted = pa.array([row[0] for row in rows], pa.int64())
    return pa.table(
        {
            "event_type": pa.array([event_type] * len(wanted), pa.string()),
            "fact_row": wanted,
            "true_us": facts["event_time"].take(wanted).cast(pa.int64()),
        }
    )


def _private_schemas(scenario: Scenario) -> Iterator[AvroSchema]:
    """The schemas of producers whose software nobody was told of."""
    drifts: list[tuple[str, Change, str]] = [
        (fault.event_type, fault.change, fault.field) for fault in scenario.faults if isinstance(fault, Drift)
    ]
    drifts += [
        ("vehicle.telemetry", release.change, release.field)
        for release in scenario.producers.telematics_gateway.firmware
        if release.change in ("add_field", "break_type")
    ]
    for event_type, change, field in drifts:
        if any(getattr(scenario.producers, sender).format == "avro" for sender in senders(event_type)):
            for version in EVENT_TYPES[event_type]:
                yield drifted_schema(event_type, version, change, field)


def _count(fault_id: str, kind: str, proof: str, scratch: Scratch) -> FaultCount:
    planned, fired = scratch.numbers(
        f"select count(*), count_if(coalesce({proof}, false)) from fired f left join bodies b using (message_id) "
        "left join messages m using (message_id) "
        "left join true_times t on t.event_type = f.event_type and t.fact_row = f.fact_row "
        f"where f.fault_id = {literal(fault_id)}"
    )
    return FaultCount(fault_id, kind, planned, fired)


def check(counts: Sequence[FaultCount]) -> CheckResult:
    """UNKNOWN if a fault planned nothing or did not fire as planned: then nothing is proven about it.

    A mechanism may find nothing to do, which is noted.
    """
    idle = [count.fault_id for count in counts if not count.planned and count.fault_id.startswith(MECHANISM)]
    short = [
        _shortfall(count)
        for count in counts
        if count.fired < count.planned or not (count.planned or count.fault_id in idle)
    ]
    planned = sum(count.planned for count in counts)
    if short:
        return CheckResult("fired", Outcome.UNKNOWN, planned, note="; ".join(short))
    if not counts:
        return CheckResult("fired", Outcome.PASS, 0, note="the scenario plans no faults")
    note = f"nothing to do for {', '.join(idle)}" if idle else ""
    return CheckResult("fired", Outcome.PASS, planned, note=note)


def _shortfall(count: FaultCount) -> str:
    if not count.planned:
        return f"{count.fault_id} {count.kind}: fault planned nothing"
    return f"{count.fault_id} {count.kind}: fired at {count.fired:,} of {count.planned:,} messages"
