"""A verdict as plain text for a terminal: what held, what did not, and where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

from sim.checks.counts import Counts
from sim.checks.verdict import CheckResult, Finding, Outcome, Verdict
from sim.report.columns import aligned

_SAMPLES_SHOWN = 3
_FATES = ("clean", "late", "too_late", "duplicate", "rejected")


def render(verdict: Verdict) -> str:
    """Lines of text, without colour. Personal data is in no verdict, so it is in none of these."""
    sections = [
        _header(verdict),
        _conservation(verdict),
        _faults(verdict),
        _checks(verdict.checks),
        *(_findings(check) for check in verdict.checks if check.findings),
        [_next(verdict)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _header(verdict: Verdict) -> list[str]:
    mutant = f"  mutant {verdict.mutant}" if verdict.mutant else ""
    run = f"{verdict.run}  scenario {verdict.scenario}  seed {verdict.seed}  {verdict.mode}{mutant}"
    return [
        f"{verdict.outcome}  {run}",
        verdict.reason,
    ]


def _conservation(verdict: Verdict) -> list[str]:
    if not verdict.conservation:
        return []
    planned = reduce(add, (row.planned for row in verdict.conservation), Counts())
    observed = reduce(add, (row.observed for row in verdict.conservation), Counts())
    rows = [(name.replace("_", " "), getattr(planned, name), getattr(observed, name)) for name in _FATES]
    total = ("messages", planned.messages, observed.messages)
    return aligned([("fate", "planned", "observed"), *rows, total])


def _faults(verdict: Verdict) -> list[str]:
    if not verdict.faults:
        return []
    rows = [(fault.fault_id, fault.kind, fault.planned, fault.fired) for fault in verdict.faults]
    return aligned([("fault", "kind", "planned", "fired"), *rows])


def _checks(checks: Sequence[CheckResult]) -> list[str]:
    rows = [(check.name, check.outcome.name, check.compared, check.note) for check in checks]
    return aligned([("check", "outcome", "compared", ""), *rows])


def _findings(check: CheckResult) -> list[str]:
    lines = [f"{check.name}:"]
    for finding in check.findings:
        lines += [f"  {line}" for line in _finding(finding)]
    return lines


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{finding.kind}  {finding.table}  {finding.rows:,}  {finding.detail}"
    for sample in finding.samples[:_SAMPLES_SHOWN]:
        yield "    " + "  ".join(f"{name}={value}" for name, value in sample.items())


def _next(verdict: Verdict) -> str:
    again = f"`sim check {verdict.run}` compares again"
    if verdict.outcome == Outcome.PASS.name:
        return f"next: open warehouse/warehouse.duckdb of {verdict.run} with any DuckDB client; {again}"
    if verdict.outcome == Outcome.FAIL.name:
        worst = max((finding for check in verdict.checks for finding in check.findings), key=lambda one: one.rows)
        return f"next: look at the {worst.kind} rows of {worst.table}; all findings are in verdict.json; {again}"
    unproven = next((check.name for check in verdict.checks if check.outcome.name == verdict.outcome), "verdict.json")
    return f"next: see why '{unproven}' could not tell; {again}"
