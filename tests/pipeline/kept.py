"""What transforms give out in this process, kept for a test to look at once the pipeline has run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import apache_beam as beam
import pyarrow as pa

Kept = dict[str, list[pa.RecordBatch]]
_KEPT: list[Kept] = []
"""Beam copies whatever a step holds, so a step holds the number of its list here."""


def keep(outputs: Mapping[str, Any]) -> Kept:
    """The batches of each output, which come when the pipeline runs."""
    kept: Kept = {name: [] for name in outputs}
    _KEPT.append(kept)
    for name, batches in outputs.items():
        batches | f"Keep {name}" >> beam.Map(_keep, len(_KEPT) - 1, name)
    return kept


def _keep(batch: pa.RecordBatch, number: int, name: str) -> None:
    _KEPT[number][name].append(batch)


def rows_of(batches: list[pa.RecordBatch]) -> list[dict[str, Any]]:
    """All rows, in the order in which they came."""
    return [row for batch in batches for row in batch.to_pylist()]
