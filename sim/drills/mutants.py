"""Mutants: pipelines broken on purpose. A scenario that passes on one proves nothing about what it breaks.

Each replaces stages when the pipeline is wired; no source file is edited.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from pipeline.build import STAGES, Stages
from pipeline.stages.each_batch import EachBatch
from sim.checks.verdict import FindingKind
from sim.errors import UsageError, unknown


@dataclass(frozen=True)
class Mutant:
    """A broken pipeline, and the finding that must kill it, in the table (or the folder) where it must be found."""

    description: str
    stages: Stages
    killed_by: FindingKind
    killed_in: str


def _dedupe_off() -> Stages:
    keep_all = EachBatch("dedupe", lambda events: {"first": events}, ("first", "duplicate", "rejected"))
    return replace(STAGES, dedupe=lambda _: keep_all)


class _Then(beam.PTransform):  # type: ignore[misc]  # Beam's types are not followed
    """A stage whose main output goes through one more function."""

    def __init__(self, stage: beam.PTransform[Any, Any], spoil: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
        super().__init__()
        self._stage = stage
        self._spoil = spoil

    def expand(self, messages: Any) -> dict[str, Any]:
        """The outputs of decode, by name."""
        decoded = messages | "Sound" >> self._stage
        spoil = self._spoil
        spoiled = decoded["valid"] | "Spoil" >> EachBatch("spoil", lambda rows: {"valid": spoil(rows)}, ("valid",))
        return {"valid": spoiled["valid"], "rejected": decoded["rejected"]}


def _without_one_in_a_thousand(events: pa.RecordBatch) -> pa.RecordBatch:
    return events.filter(pa.array(events["log_offset"].to_numpy() % np.int64(1000) != 499))


def _drop_one_in_a_thousand() -> Stages:
    return replace(STAGES, decode=lambda settings: _Then(STAGES.decode(settings), _without_one_in_a_thousand))


def _plain_pii() -> Stages:
    as_it_is = EachBatch("tokenise", lambda events: {"valid": events}, ("valid",))
    return replace(STAGES, tokenise=lambda _: as_it_is)


MUTANTS: dict[str, Mutant] = {
    "dedupe-off": Mutant("every copy is kept", _dedupe_off(), FindingKind.DUPLICATED, "clean.events"),
    "drop-one-in-a-thousand": Mutant(
        "a valid message in a thousand vanishes", _drop_one_in_a_thousand(), FindingKind.LOST, "clean.events"
    ),
    "plain-pii": Mutant(
        "personal data is written as it came", _plain_pii(), FindingKind.LEAKED, "warehouse/clean/events"
    ),
}


def stages_of(mutant: str | None) -> Stages:
    """The stages of a mutant, or the sound ones. Raises UsageError for a name that is not one of ``MUTANTS``."""
    if mutant is None:
        return STAGES
    if mutant not in MUTANTS:
        raise UsageError(unknown("mutant", mutant, MUTANTS))
    return MUTANTS[mutant].stages
