"""Dedupe: the first of all copies is kept, by arrival and place in the log, in whatever order they are looked at."""

from datetime import timedelta
from pathlib import Path
from random import Random

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from pipeline_messages import KEY, MINUTE, START, event, messages, scan, status

from pipeline.stages.copies import by_event_id, claims_of, settle
from pipeline.stages.decode import decode
from pipeline.stages.dedupe import Dedupe
from pipeline.stages.first_of_key import first_of_key

S = timedelta(seconds=1)
TTL_US = 3600 * 1_000_000


def valid(*values: bytes) -> pa.RecordBatch:
    return decode(messages(values), 10**9, KEY)["valid"]


def dedupe(
    batches: list[pa.RecordBatch], staging: Path, *, bundle_repeat: int = 0
) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    runner = FnApiRunner(bundle_repeat=bundle_repeat)
    pipeline = beam.Pipeline(runner=runner, options=PipelineOptions([]))
    outputs = pipeline | beam.Create(batches) | Dedupe(str(staging), 3, TTL_US)
    for name in ("first", "duplicate", "rejected"):
        folder = staging.with_name(f"{staging.name}-{name}")
        folder.mkdir(exist_ok=True)
        outputs[name] | f"Keep {name}" >> beam.Map(keep, folder)
    pipeline.run().wait_until_finish()
    for name in ("first", "duplicate", "rejected"):
        rows = [row for path in staging.with_name(f"{staging.name}-{name}").iterdir() for row in read(path)]
        found[name] = sorted(rows, key=lambda row: (row["log_partition"], row["log_offset"]))
    return found


def keep(rows: pa.RecordBatch, folder: Path) -> None:
    first = rows.column("log_offset")[0]
    with pa.OSFile(str(folder / f"{first}.arrow"), "wb") as file, pa.ipc.new_stream(file, rows.schema) as writer:
        writer.write_batch(rows)


def read(path: Path) -> list[dict[str, object]]:
    return list(pa.ipc.open_stream(path.read_bytes()).read_all().to_pylist())


def offsets(rows: list[dict[str, object]]) -> list[object]:
    return [row["log_offset"] for row in rows]


COPIES = (
    event(scan("S1"), "a"),  # 0 first
    event(scan("S1"), "a"),  # 1 copy of 0
    event(scan("S2"), "a"),  # 2 conflict with 0
    event(scan("S1"), "a", source="other"),  # 3 another source: first
    event(status("S1"), "b"),  # 4 first
    event(status("S1"), "c"),  # 5 same status as 4 under another id
    event(status("S1"), "c"),  # 6 copy of 5
    event(status("S1"), "d", at=START + S),  # 7 another time: first
    event(status("S1", "delivered"), "e"),  # 8 another status: first
    event(status("S1", facility_id="POTS"), "f"),  # 9 same shipment, status and time as 4, though elsewhere
    event(scan("S2"), "a"),  # 10 conflict with 0, though a copy of 2
    event(scan("S1"), "a", producer_time=START + S),  # 11 copy of 0, sent again
)


def test_each_message_becomes_what_it_must(tmp_path: Path) -> None:
    found = dedupe([valid(*COPIES)], tmp_path / "staging")
    assert offsets(found["first"]) == [0, 3, 4, 7, 8]
    duplicates = [(row["log_offset"], row["matched_on"], row["first_log_offset"]) for row in found["duplicate"]]
    assert duplicates == [
        (1, "event_id", 0),
        (5, "status", 4),
        (6, "event_id", 5),
        (9, "status", 4),
        (11, "event_id", 0),
    ]
    assert [(row["log_offset"], row["code"], row["stage"]) for row in found["rejected"]] == [
        (2, "conflicting_duplicate", "dedupe"),
        (10, "conflicting_duplicate", "dedupe"),
    ]


def test_tenants_may_share_ids_and_shipments(tmp_path: Path) -> None:
    """Two tenants number their parcels alike, and a third message names no tenant: none is a copy of another."""
    alike = [event(status("S1"), "a", tenant_id=tenant) for tenant in ("acme", "globex", None)]
    found = dedupe([valid(*alike)], tmp_path / "staging")
    assert offsets(found["first"]) == [0, 1, 2]
    assert not found["duplicate"]
    assert not found["rejected"]


def test_equal_rows_of_two_ids_that_read_alike_are_two(tmp_path: Path) -> None:
    found = dedupe([valid(event(scan(), "c", source="a\x1fb"), event(scan(), "b\x1fc", source="a"))], tmp_path / "s")
    assert offsets(found["first"]) == [0, 1]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_and_size_of_batches_do_not_matter(tmp_path: Path, seed: int) -> None:
    rows = [valid(*COPIES).slice(at, 1) for at in range(len(COPIES))]
    Random(seed).shuffle(rows)
    batches = [pa.concat_batches(rows[at : at + 1 + seed]) for at in range(0, len(rows), 1 + seed)]
    shuffled = dedupe(batches, tmp_path / "shuffled", bundle_repeat=seed % 2)
    assert shuffled == dedupe([valid(*COPIES)], tmp_path / "whole")


def test_arrival_comes_before_place_and_place_before_nothing() -> None:
    batch = pa.concat_batches(
        [decode(messages([event(scan())], START + at), 10**9, KEY)["valid"] for at in (2 * MINUTE, MINUTE, MINUTE)]
    )
    places = pa.array([0, 7, 5], pa.int64())
    batch = batch.set_column(batch.schema.get_field_index("log_offset"), batch.schema.field("log_offset"), places)
    contest = first_of_key(claims_of(batch, b"0" * 16), "id_hash", TTL_US)
    assert contest.winners.tolist() == [2]
    assert sorted(contest.losers.tolist()) == [0, 1]
    assert set(contest.lost_to.tolist()) == {2}


def test_two_messages_at_one_place_are_still_one_and_its_copy() -> None:
    batch = pa.concat_batches([valid(event(scan())), valid(event(scan()))])
    losers, _ = by_event_id(claims_of(batch, b"0" * 16), TTL_US)
    outputs = settle(batch, losers[0][1])
    assert {name: rows.num_rows for name, rows in outputs.items()} == {"first": 1, "duplicate": 1, "rejected": 0}


def test_settling_keeps_where_the_rows_were_read() -> None:
    batch = valid(*COPIES[:3]).replace_schema_metadata({"origin": "here"})
    losers, _ = by_event_id(claims_of(batch, b"0" * 16), TTL_US)
    assert {rows.schema.metadata[b"origin"] for rows in settle(batch, losers[0][1]).values()} == {b"here"}
