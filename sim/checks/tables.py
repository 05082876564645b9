"""Each table of the warehouse against the one expected, as sets of rows."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from backends.interface import TableSpec
from pipeline.contract.tables import EVENTS, MARTS
from sim.checks.observed import Observed
from sim.checks.occurrences import number_occurrences
from sim.checks.pairing import Pairing, Sides
from sim.checks.payloads import payload_findings
from sim.checks.table_findings import table_findings
from sim.checks.verdict import CheckResult, Outcome, conclude
from sim.expected import Expected
from sim.ledger import Fate

_TOLERANCE = 1e-9
_TOLERANCE_OF_MARTS = 1e-6
"""Means and sums depend on the order in which an engine adds."""


def check(spec: TableSpec, expected: Expected, observed: Observed) -> CheckResult:
    """Compare one table; for ``clean.events`` also each value in the payloads."""
    scratch = observed.scratch
    rows = expected.tables[spec.name]
    sides = Sides(
        expected=scratch.load(f"expected {spec.name}", rows),
        observed=observed.table(spec),
        keys=spec.keys,
        fields=tuple(name for name in rows.column_names if name not in spec.keys),
        reals=frozenset(field.name for field in rows.schema if pa.types.is_floating(field.type)),
        tolerance=_TOLERANCE_OF_MARTS if spec in MARTS else _TOLERANCE,
    )
    of_events = spec.keys == EVENTS.keys
    if of_events:
        sides = replace(sides, numbered=number_occurrences(scratch, sides))
    pairing = Pairing(scratch, sides)
    copies = _copies(observed) if of_events else None
    findings = list(table_findings(spec.name, pairing, copies))
    if spec is EVENTS:
        findings += payload_findings(expected.payloads, pairing, _TOLERANCE)
    (there,) = scratch.numbers(f"select count(*) from {sides.observed}")
    name = f"table {spec.name}"
    if not rows.num_rows and not there:
        return CheckResult(name, Outcome.PASS, 0, note="empty, as it must be")
    return conclude(name, max(rows.num_rows, there), findings)


def _copies(observed: Observed) -> str:
    scratch = observed.scratch
    scratch.run(
        f"create or replace table copies as select distinct {', '.join(EVENTS.keys)} "
        f"from messages where fate = '{Fate.DUPLICATE}'"
    )
    return "copies"
