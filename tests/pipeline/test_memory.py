"""What a stream remembers: all it must, found again by its key, and not much more than that."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.first_of_key import CLAIMS
from pipeline.stages.memory import NOBODY, Segment, added, recalled, remembered


def claims(arrivals: list[tuple[int, int]]) -> pa.RecordBatch:
    """Claims of keys and arrivals; the key is both halves of the hash, and of the content's."""
    hashes = pa.array([key.to_bytes(8, "little") * 2 for key, _ in arrivals], pa.binary(16))
    columns = {
        "id_hash": hashes,
        "status_hash": hashes,
        "content_hash": hashes,
        "ingest_time": pa.array([at for _, at in arrivals], pa.int64()).cast(CLAIMS.field("ingest_time").type),
        "log_partition": pa.array([key % 7 for key, _ in arrivals], pa.int32()),
        "log_offset": pa.array([at for _, at in arrivals], pa.int64()),
        "staged": pa.array([NOBODY] * len(arrivals), pa.binary(16)),
        "row": pa.array(np.arange(len(arrivals))),
    }
    return pa.RecordBatch.from_pydict(columns, CLAIMS)


def found(memory: list[Segment], keys: list[int], key: str = "id_hash") -> list[tuple[int, int]]:
    rows = recalled(memory, claims([(one, 0) for one in keys]), key).to_pylist()
    return sorted((int.from_bytes(row[key][:8], "little"), row["log_offset"]) for row in rows)


EPOCHS = st.lists(st.lists(st.integers(0, 30), max_size=12), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(EPOCHS, st.integers(1, 6))
def test_what_is_not_forgotten_is_found_and_little_else_is_kept(epochs: list[list[int]], ttl: int) -> None:
    memory: list[Segment] = []
    everything: list[tuple[int, int]] = []
    for end, keys in enumerate(epochs):
        new = [(key, end) for key in keys]
        everything += new
        memory = added(memory, remembered(claims(new), "id_hash"), end - ttl)
        awake = sorted((key, at) for key, at in everything if at > end - ttl)
        assert [one for one in found(memory, list(range(31))) if one[1] > end - ttl] == awake
        assert sum(segment.events for segment in memory) <= 2 * len(awake)
        assert len(memory) <= 2 + len(everything).bit_length()


def test_a_memory_shrinks_to_nothing_once_nothing_need_be_remembered() -> None:
    memory = added([], remembered(claims([(key, 0) for key in range(1000)]), "id_hash"), -10)
    assert sum(segment.events for segment in memory) == 1000
    assert added(memory, remembered(claims([]), "id_hash"), 0) == []


def test_a_claim_comes_back_as_it_went_and_before_all_others() -> None:
    memory = added([], remembered(claims([(5, 77)]), "status_hash"), 0)
    memory = [Segment.unpacked(segment.content) for segment in memory]
    (row,) = recalled(memory, claims([(5, 99), (6, 99)]), "status_hash").to_pylist()
    assert (row["log_partition"], row["log_offset"], row["row"]) == (5, 77, -1)
    assert row["status_hash"] == row["content_hash"] == (5).to_bytes(8, "little") * 2


def test_equal_first_halves_are_both_found() -> None:
    """They are told apart later, by the whole hash."""
    half = (9).to_bytes(8, "little")
    hashes = pa.array([half + bytes(8), half + b"12345678"], pa.binary(16))
    batch = claims([(9, 1), (9, 2)]).set_column(0, CLAIMS.field(0), hashes)
    memory = added([], remembered(batch, "id_hash"), 0)
    assert recalled(memory, batch.slice(0, 1), "id_hash").num_rows == 2
