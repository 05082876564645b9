"""Mutants: pipelines broken on purpose. A scenario that passes on one proves nothing about what it breaks.

Each replaces stages when the pipeline is wired; no source file is edited.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.build import STAGES, Stages
from sim.checks.verdict import FindingKind
from sim.drills import broken_stages
from sim.errors import UsageError, unknown
from sim.run_folder import Mode


@dataclass(frozen=True)
class Mutant:
    """A broken pipeline, and the finding that must kill it, in the table (or the folder) where it must be found."""

    description: str
    stages: Stages
    killed_by: FindingKind
    killed_in: str
    scenario: str = "messy"
    """The scenario that ships and must not pass on it."""
    mode: Mode = "batch"
    """How the pipeline must read the log for it to show."""


MUTANTS: dict[str, Mutant] = {
    "dedupe-off": Mutant(
        "every copy is kept", broken_stages.keeps_every_copy(), FindingKind.DUPLICATED, "clean.events"
    ),
    "drop-one-in-a-thousand": Mutant(
        "a valid message in a thousand vanishes",
        broken_stages.drops_one_in_a_thousand(),
        FindingKind.LOST,
        "clean.events",
    ),
    "plain-pii": Mutant(
        "personal data is written as it came",
        broken_stages.writes_plain_pii(),
        FindingKind.LEAKED,
        "warehouse/clean/events",
    ),
    "tokens-without-tenant": Mutant(
        "a person has one token with all tenants",
        broken_stages.tokens_without_tenant(),
        FindingKind.CORRUPTED,
        "clean.events",
    ),
    "microsecond-late": Mutant(
        "windows close a microsecond late",
        broken_stages.on_time_for_longer(by_us=1),
        FindingKind.CORRUPTED,
        "clean.events",
    ),
    "late-is-too-late": Mutant(
        "whatever is late is too late", broken_stages.allows_no_lateness(), FindingKind.UNEXPECTED, "clean.too_late"
    ),
    "minute-off": Mutant(
        "facility throughput is a minute off",
        broken_stages.throughput_of_another_minute(),
        FindingKind.CORRUPTED,
        "curated.facility_throughput",
    ),
    "names-of-today": Mutant(
        "facilities and carriers are called as they are now",
        broken_stages.names_of_today(),
        FindingKind.CORRUPTED,
        "clean.shipment_status_events",
    ),
    "forgets-nothing": Mutant(
        "an event is remembered for ever",
        broken_stages.remembers_for(),
        FindingKind.LOST,
        "clean.events",
        scenario="short-memory",
    ),
    "forgets-at-once": Mutant(
        "an event is remembered for no time at all",
        broken_stages.remembers_for(ttl_us=0),
        FindingKind.DUPLICATED,
        "clean.events",
        scenario="short-memory",
    ),
    "late-unpublished": Mutant(
        "a window is not published again when late data changes it",
        broken_stages.publishes_nothing_late(),
        FindingKind.STALE,
        "curated.kpi_5min_panes",
        scenario="hello",
        mode="streaming",
    ),
}


def stages_of(mutant: str | None) -> Stages:
    """The stages of a mutant, or the sound ones. Raises UsageError for a name that is not one of ``MUTANTS``."""
    if mutant is None:
        return STAGES
    if mutant not in MUTANTS:
        raise UsageError(unknown("mutant", mutant, MUTANTS))
    return MUTANTS[mutant].stages
