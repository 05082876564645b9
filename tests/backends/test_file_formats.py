"""File formats: each reader sees what was written, and nothing is stored by a detour."""

import gzip
import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from backends.interface import TIMESTAMP
from backends.local.file_formats import json_lines, parquet


def test_lines_are_json_with_times_in_utc_and_nulls() -> None:
    rows = pa.RecordBatch.from_pydict(
        {
            "n": pa.array([1, None], pa.int64()),
            "at": pa.array([datetime(2026, 3, 2, 4, 0, 0, 7, tzinfo=UTC), None], TIMESTAMP),
            "body": pa.array(['say "é\n"', None], pa.string()),
        }
    )
    written = json_lines(rows)
    expected = '{"n":1,"at":"2026-03-02 04:00:00.000007Z","body":"say \\"é\\n\\""}\n{"n":null,"at":null,"body":null}\n'
    assert gzip.decompress(written).decode() == expected
    assert json_lines(rows) == written


def test_only_columns_with_repeated_values_have_a_dictionary() -> None:
    rows = pa.RecordBatch.from_pydict({"id": [f"id-{n}" for n in range(5000)], "kind": ["a", "b"] * 2500})
    written = parquet(rows)
    assert pq.read_table(pa.BufferReader(written)).to_pydict() == rows.to_pydict()
    group = pq.ParquetFile(io.BytesIO(written)).metadata.row_group(0)
    assert [group.column(at).has_dictionary_page for at in (0, 1)] == [False, True]
