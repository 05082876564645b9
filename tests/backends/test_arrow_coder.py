"""Batches keep rows and metadata on their way between stages, and a slice ships its own rows only."""

import apache_beam as beam
import pyarrow as pa

from backends.arrow_coder import RecordBatchCoder

BATCH = pa.RecordBatch.from_pydict({"a": list(range(10_000)), "b": ["x" * 20] * 10_000}).replace_schema_metadata(
    {"m": "1"}
)


def test_a_batch_comes_back_the_same() -> None:
    back = RecordBatchCoder().decode(RecordBatchCoder().encode(BATCH))
    assert back.equals(BATCH)
    assert back.schema.metadata == {b"m": b"1"}


def test_a_slice_is_small() -> None:
    assert len(RecordBatchCoder().encode(BATCH.slice(5000, 10))) < 2000


def test_counts_that_are_mostly_zero_are_small() -> None:
    counts = pa.RecordBatch.from_pydict({"n": [0] * 10_000})
    assert len(RecordBatchCoder().encode(counts)) < counts.nbytes / 20


def test_beam_uses_it() -> None:
    assert isinstance(beam.coders.registry.get_coder(pa.RecordBatch), RecordBatchCoder)
