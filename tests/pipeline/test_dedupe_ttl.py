"""How long dedupe remembers, to the microsecond: from the first of a key, not from its last copy::

ingest_time  04:00                 05:00                 06:00
-------------|---------------------|---------------------|----->   TTL one hour
           first               -1 0 | +1
                           copy copy| first              ...and from there on anew
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import keep, rows_of
from pipeline_messages import HOUR, HOUR_US, KEY, START, event, messages, scan, status

from pipeline.stages.decode import decode
from pipeline.stages.dedupe import Dedupe
from pipeline.stages.first_of_key import CLAIMS, first_of_key

US = timedelta(microseconds=1)
Key = int
Arrival = int


def claims(arrivals: Sequence[tuple[Key, Arrival]]) -> pa.RecordBatch:
    """Claims of given keys and arrivals, in microseconds since 1970; each at the next place of the log."""
    hashes = pa.array([key.to_bytes(16, "little") for key, _ in arrivals], pa.binary(16))
    columns = {
        "id_hash": hashes,
        "status_hash": hashes,
        "content_hash": hashes,
        "ingest_time": pa.array([arrival for _, arrival in arrivals], pa.int64()).cast(
            CLAIMS.field("ingest_time").type
        ),
        "log_partition": pa.array([0] * len(arrivals), pa.int32()),
        "log_offset": pa.array(np.arange(len(arrivals))),
        "staged": pa.array([bytes(16)] * len(arrivals), pa.binary(16)),
        "row": pa.array(np.arange(len(arrivals))),
    }
    return pa.RecordBatch.from_pydict(columns, CLAIMS)


def remembered(arrivals: Sequence[tuple[Key, Arrival]], ttl_us: int) -> dict[int, int]:
    """What each claim lost to, or its own number: one claim after the other, as the contract words it."""
    lost_to: dict[int, int] = {}
    first: dict[Key, int] = {}
    for number in sorted(range(len(arrivals)), key=lambda number: (arrivals[number][1], number)):
        key, arrival = arrivals[number]
        if key not in first or arrival - arrivals[first[key]][1] > ttl_us:
            first[key] = number
        lost_to[number] = first[key]
    return lost_to


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-50, 50)), max_size=40),
    st.integers(0, 60),
)
def test_each_claim_loses_to_the_one_that_is_remembered(arrivals: list[tuple[Key, Arrival]], ttl_us: int) -> None:
    contest = first_of_key(claims(arrivals), "id_hash", ttl_us)
    found = dict.fromkeys(contest.winners.tolist()) | dict(
        zip(contest.losers.tolist(), contest.lost_to.tolist(), strict=True)
    )
    found = {number: number if winner is None else winner for number, winner in found.items()}
    assert found == remembered(arrivals, ttl_us)


@pytest.mark.parametrize(("after", "winners"), [(-1, [0]), (0, [0]), (1, [0, 1])])
def test_the_end_of_the_memory_is_exact(after: int, winners: list[int]) -> None:
    contest = first_of_key(claims([(7, -HOUR_US), (7, after)]), "id_hash", HOUR_US)
    assert contest.winners.tolist() == winners


def test_copies_do_not_prolong_the_memory() -> None:
    minutes = [0, 30, 59, 61, 120, 122]
    contest = first_of_key(claims([(7, minute * 60_000_000) for minute in minutes]), "id_hash", HOUR_US)
    assert [minutes[row] for row in contest.winners] == [0, 61, 122]
    assert [minutes[row] for row in contest.lost_to] == [0, 0, 61]


def test_a_key_told_ever_again_is_forgotten_ever_again() -> None:
    contest = first_of_key(claims([(1, at) for at in range(20_000)]), "id_hash", 0)
    assert len(contest.winners) == 20_000


def dedupe(batch: pa.RecordBatch, staging: Path, ttl_us: int) -> dict[str, list[int]]:
    """The offsets in each output."""
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        outputs = pipeline | beam.Create([batch]) | Dedupe(str(staging), 3, ttl_us)
        kept = keep({name: outputs[name] for name in ("first", "duplicate", "rejected")})
    return {name: sorted(row["log_offset"] for row in rows_of(batches)) for name, batches in kept.items()}


def test_both_rounds_forget_and_a_conflict_may_become_a_first(tmp_path: Path) -> None:
    told = [
        (event(scan("S1"), "a"), START + HOUR),  # 0 first
        (event(scan("S2"), "a"), START + 2 * HOUR),  # 1 conflict, at the very end of the memory
        (event(scan("S2"), "a"), START + 2 * HOUR + US),  # 2 first again, though a conflict was told before
        (event(scan("S1"), "a"), START + 2 * HOUR + 2 * US),  # 3 conflict with 2
        (event(status("S1"), "b"), START + HOUR),  # 4 first
        (event(status("S1"), "c"), START + 2 * HOUR),  # 5 same status as 4
        (event(status("S1"), "d"), START + 2 * HOUR + US),  # 6 first of the status again
        (event(status("S1"), "c"), START + 3 * HOUR),  # 7 copy of 5, by id
        (event(status("S1"), "c"), START + 3 * HOUR + US),  # 8 first of its id again, and same status as 6
    ]
    batch = pa.concat_batches([decode(messages([value], at), 10**10, KEY)["valid"] for value, at in told])
    at = batch.schema.get_field_index("log_offset")
    batch = batch.set_column(at, batch.schema.field(at), pa.array(range(len(told)), pa.int64()))
    found = dedupe(batch, tmp_path / "staging", HOUR_US)
    assert found == {"first": [0, 2, 4, 6], "duplicate": [5, 7, 8], "rejected": [1, 3]}
