"""Nothing personal in what a verdict says, whatever a broken pipeline has put where."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from sim.checks.counts import Conserved
from sim.checks.verdict import CheckResult, Finding

Conceal = Callable[[str], str]
"""From a text to the same one without personal values, as ``Search.concealed``."""


def concealed_check(check: CheckResult, conceal: Conceal) -> CheckResult:
    """A check without personal values in its note and its findings."""
    findings = tuple(_finding(finding, conceal) for finding in check.findings)
    return replace(check, findings=findings, note=conceal(check.note))


def concealed_counts(row: Conserved, conceal: Conceal) -> Conserved:
    """Counts whose tenant and event type are what the warehouse says they are, and no person."""
    return replace(row, tenant_id=conceal(row.tenant_id), event_type=conceal(row.event_type))


def _finding(finding: Finding, conceal: Conceal) -> Finding:
    samples = tuple({conceal(name): conceal(value) for name, value in sample.items()} for sample in finding.samples)
    return replace(finding, table=conceal(finding.table), detail=conceal(finding.detail), samples=samples)
