"""Chunks merged by arrival: the same order, ids and references, whatever the cut into slices."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.events import EVENT_TYPES
from sim.generation import merge, spool
from sim.generation.merge import Merge, Piece
from sim.generation.spool import SPOOLED, SPOOLED_FIRINGS, Chunk, write_chunk

NONE = -1


def chunk(folder: Path, index: int, times: Sequence[int], watermark: int, kept: Sequence[int] = ()) -> Chunk:
    """A chunk of messages that arrive at these times, each of a fact of its own; ``kept`` by row."""
    count = len(times)
    order = np.argsort(np.array(times, np.int64), kind="stable")
    kept_row = np.array([*kept, *[NONE] * (count - len(kept))], np.int64)
    filler: dict[str, object] = {}
    for field in SPOOLED:
        text = pa.types.is_string(field.type)
        filler[field.name] = [f"{index}"] * count if text else [0] * count
    values = filler | {
        "row": order,
        "ingest_time": np.array(times, np.int64)[order],
        "fact_row": order,
        "kept_row": kept_row[order],
        "value_sha256": [bytes(32)] * count,
        "value": [f"{index}:{row}".encode() for row in order],
    }
    arrays = [pa.array(values[field.name]).cast(field.type) for field in SPOOLED]
    path = folder / f"{index}.arrow"
    write_chunk(path, pa.RecordBatch.from_arrays(arrays, schema=SPOOLED))
    facts = (count, *[0] * (len(EVENT_TYPES) - 1))
    return Chunk(index, path, facts, count, SPOOLED_FIRINGS.empty_table(), watermark)


def merged(chunks: Sequence[Chunk]) -> list[Piece]:
    return list(Merge().pieces(iter(chunks)))


def column(pieces: Sequence[Piece], name: str) -> list[object]:
    return [value for piece in pieces for value in piece.messages.column(name).to_pylist()]


def test_messages_come_by_arrival_over_all_chunks(tmp_path: Path) -> None:
    first, second, third = (
        chunk(tmp_path, 0, [5, 1, 90], 10),
        chunk(tmp_path, 1, [12, 30], 40),
        chunk(tmp_path, 2, [41], 99),
    )
    pieces = merged([first, second, third])
    assert column(pieces, "ingest_time") == [1, 5, 12, 30, 41, 90]
    assert [piece.first_id for piece in pieces] == list(np.cumsum([0, *[p.messages.num_rows for p in pieces]])[:-1])


def test_nothing_is_passed_on_before_the_watermark_allows_it(tmp_path: Path) -> None:
    first, second = chunk(tmp_path, 0, [1, 20], 10), chunk(tmp_path, 1, [15], 30)
    pieces = Merge().pieces(iter([first, second]))
    assert next(pieces).messages.column("ingest_time").to_pylist() == [1]
    assert next(pieces).messages.column("ingest_time").to_pylist() == [15, 20]


def test_of_equal_arrivals_the_earlier_slice_comes_first(tmp_path: Path) -> None:
    pieces = merged([chunk(tmp_path, 0, [7, 7], 7), chunk(tmp_path, 1, [7], 8)])
    assert column(pieces, "value") == [b"0:0", b"0:1", b"1:0"]


def test_a_slice_that_comes_before_a_watermark_that_was_passed_on_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="arrived at 4 us, and the log was already at 5 us"):
        merged([chunk(tmp_path, 0, [1, 5], 10), chunk(tmp_path, 1, [4], 20)])


def test_fact_rows_count_over_all_slices(tmp_path: Path) -> None:
    pieces = merged([chunk(tmp_path, 0, [3, 1], 2), chunk(tmp_path, 1, [2], 9)])
    assert [int(row) for piece in pieces for row in piece.fact_rows] == [1, 2, 0]


def test_a_copy_names_the_message_that_was_kept_by_its_id(tmp_path: Path) -> None:
    late_copy = chunk(tmp_path, 1, [1, 50], 2, kept=[NONE, 0])
    pieces = merged([chunk(tmp_path, 0, [0], 1), late_copy, chunk(tmp_path, 2, [9], 10)])
    assert [int(kept) for piece in pieces for kept in piece.kept_ids] == [NONE, NONE, NONE, 1]


def test_any_number_of_chunks_may_wait_for_their_last_message(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    chunks = [chunk(tmp_path, index, [index, 10_000 + index], index + 1) for index in range(200)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        pieces = merged(chunks)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert column(pieces, "ingest_time") == [*range(200), *range(10_000, 10_200)]


def test_chunks_end_when_all_of_them_has_arrived(tmp_path: Path) -> None:
    whole = Merge()
    pieces = whole.pieces(iter([chunk(tmp_path, 0, [1, 99], 5), chunk(tmp_path, 1, [6], 10)]))
    next(pieces)
    assert not whole.ended
    assert len(whole.unfinished()) == 1
    list(pieces)
    assert [spooled.chunk.index for spooled in whole.ended] == [1, 0]
    for spooled in whole.ended:
        spooled.remove()
    assert not list(tmp_path.iterdir())


@given(
    st.lists(st.lists(st.integers(0, 60), max_size=40), max_size=6),
    st.integers(1, 9),
)
def test_any_cut_into_pieces_gives_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, delays: list[list[int]], piece_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    chunks = [
        chunk(folder, index, [10 * index + delay for delay in each], 10 * (index + 1))
        for index, each in enumerate(delays)
    ]
    everything = sorted(
        (10 * index + delay, index, row) for index, each in enumerate(delays) for row, delay in enumerate(each)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "PIECE_ROWS", piece_rows)
        patch.setattr(spool, "_BATCH_ROWS", 3)
        pieces = merged(chunks)
    assert column(pieces, "value") == [f"{index}:{row}".encode() for _, index, row in everything]
    assert all(piece.messages.num_rows <= piece_rows for piece in pieces)
