"""The truth on disk: parts in order, the same bytes again, empty tables where nothing happened."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hand_slices import MIN, WEST, cut, one_life, round_of, small, some_code
from msgspec.structs import replace

from pipeline.contract.events import EVENT_TYPES
from sim.truth import REFERENCE_TABLES, Truth, fact_schema, parts, write_part, write_reference
from sim.units import Duration
from sim.world.cast import Cast, build_cast
from sim.world.facts import press
from sim.world.journal import Journal
from sim.world.movements import MOVEMENT_SCHEMAS, movements


@pytest.fixture(scope="module")
def cast() -> Cast:
    return build_cast(small())


def _two_slices(folder, cast):
    later = Journal()
    round_of(later, 3, 2, WEST, some_code(cast), 700 * MIN, 12_000)
    pieces = [cut(one_life(cast), 0), cut(later, 1)]
    for piece in pieces:
        write_part(folder, piece.index, press(cast, piece), movements(cast, piece))
    write_reference(folder, cast)
    return pieces


def test_parts_read_back_in_order(cast, tmp_path):
    pieces = _two_slices(tmp_path, cast)
    truth = Truth.read(tmp_path)
    for event_type in EVENT_TYPES:
        written = [press(cast, piece)[event_type].table.cast(fact_schema(event_type)) for piece in pieces]
        assert truth.facts[event_type].schema.equals(fact_schema(event_type))
        assert truth.facts[event_type].equals(pa.concat_tables(written))
    assert tuple(truth.reference) == REFERENCE_TABLES


def test_only_the_first_part_is_written_when_nothing_happened(cast, tmp_path):
    _two_slices(tmp_path, cast)
    assert [file.name for file in parts(tmp_path, "facts", "driver.location")] == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]
    assert len(parts(tmp_path, "facts", "facility.scan")) == 1
    assert len(parts(tmp_path, "world", "linehaul")) == 1


def test_nothing_at_all_reads_as_empty_tables(cast, tmp_path):
    write_reference(tmp_path, cast)
    for event_type, table in Truth.read(tmp_path).facts.items():
        assert table.num_rows == 0
        assert table.schema.equals(fact_schema(event_type))


def test_the_same_slice_gives_the_same_bytes(cast, tmp_path):
    for folder in ("one", "two"):
        _two_slices(tmp_path / folder, build_cast(cast.scenario))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.parquet"))
    assert len(files) == 4 + 8 + 2 + 3
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_files_hold_plain_text_and_utc(cast, tmp_path):
    _two_slices(tmp_path, cast)
    for file in (*parts(tmp_path, "facts", "driver.location"), *parts(tmp_path, "world", "legs")):
        for field in pq.read_schema(file):
            assert not pa.types.is_dictionary(field.type)
            assert not pa.types.is_timestamp(field.type) or field.type == pa.timestamp("us", tz="UTC")


def test_movements_tell_where_vans_and_trucks_were(cast):
    tables = movements(cast, cut(one_life(cast)))
    for name, table in tables.items():
        plain = table.cast(MOVEMENT_SCHEMAS[name])
        assert plain.num_rows > 0
    legs = tables["legs"].to_pylist()
    assert [leg["kind"] for leg in legs] == ["drive", "stop", "drive"] * 2
    assert [leg["origin_facility_id"] for leg in legs[:3]] == ["NORTH", None, None]
    assert [leg["destination_shipment_id"] is None for leg in legs[:3]] == [False, False, True]
    assert (legs[1]["origin_lat"], legs[2]["destination_lat"]) == (legs[0]["destination_lat"], cast.lat[1])
    (first, _) = tables["linehaul"].to_pylist()
    assert (first["lane_id"], first["origin_facility_id"], first["destination_facility_id"]) == (
        "NORTH-HUB", "NORTH", "HUB",
    )  # fmt: skip


def test_movements_that_begin_after_the_run_are_left_out(cast):
    shorter = build_cast(replace(cast.scenario, duration=Duration(540 * MIN)))
    tables = movements(shorter, cut(one_life(cast)))
    assert (tables["legs"].num_rows, tables["linehaul"].num_rows) == (3, 1)
