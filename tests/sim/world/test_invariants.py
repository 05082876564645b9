"""Each invariant holds for a truth as it should be, and finds the one that was broken by hand to break it."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hand_slices import HOUR, HUB, MIN, WEST, cut, one_life, round_of, small, some_code

from backends.interface import BackendError
from sim.truth import parts, write_part, write_reference
from sim.world.cast import Cast, build_cast
from sim.world.facts import press
from sim.world.invariants import INVARIANTS, Limits, check_truth
from sim.world.journal import CLOSING, DELIVERED, BookedRow, CapacityRow, DutyRow, Journal
from sim.world.movements import movements
from sim.world.orders import RETURNED_BIT

Break = Callable[[Cast, Journal], None]


@pytest.fixture(scope="module")
def cast() -> Cast:
    return build_cast(small())


def _write(folder: Path, cast: Cast, journal: Journal, times: int = 1) -> Path:
    piece = cut(journal)
    for index in range(times):
        write_part(folder, index, press(cast, piece), movements(cast, piece))
    write_reference(folder, cast)
    return folder


def _broken(folder: Path, limits: Limits) -> set[str]:
    return {violation.invariant for violation in check_truth(folder, limits)}


def test_a_truth_as_it_should_be_breaks_none(cast, tmp_path):
    folder = _write(tmp_path, cast, one_life(cast))
    assert check_truth(folder, Limits.of(cast.scenario)) == []
    assert check_truth(folder) == []


def test_an_empty_truth_breaks_none(cast, tmp_path):
    write_reference(tmp_path, cast)
    assert check_truth(tmp_path) == []


def _change(kind: str, row: int, **values: int) -> Break:
    def change(_: Cast, journal: Journal) -> None:
        rows = getattr(journal, kind)
        rows[row] = rows[row]._replace(**values)

    return change


def _remove(kind: str, row: int) -> Break:
    return lambda _, journal: getattr(journal, kind).pop(row)


def _add(kind: str, row: tuple[int, ...]) -> Break:
    return lambda _, journal: getattr(journal, kind).append(row)


def _again(kind: str, row: int, **values: int) -> Break:
    def repeat(_: Cast, journal: Journal) -> None:
        rows = getattr(journal, kind)
        rows.append(rows[row]._replace(**values))

    return repeat


def _round(driver: int, vehicle: int, depot: int, minute: int, odometer_m: int = 0) -> Break:
    return lambda cast, journal: round_of(journal, driver, vehicle, depot, some_code(cast), minute * MIN, odometer_m)


def _sent_back(minute: int) -> Break:
    def send(cast: Cast, journal: Journal) -> None:
        back = some_code(cast) | RETURNED_BIT
        journal.booked.append(BookedRow(minute * MIN, back, minute * MIN + HOUR))

    return send


BREAKS: list[tuple[str, Break]] = [
    ("driver_in_two_places", _change("legs", 1, start_us=439 * MIN)),
    ("driver_in_two_places", _round(3, 3, WEST, 610)),
    ("van_in_two_places", _change("legs", 1, start_us=439 * MIN)),
    ("van_with_two_drivers", _round(4, 2, WEST, 605)),
    ("two_vans_in_a_round", _change("legs", 1, vehicle=1)),
    ("legs_apart", _change("legs", 2, origin=HUB)),
    ("legs_too_fast", _change("legs", 0, length_m=34_000)),
    ("legs_too_fast", _change("legs", 1, destination=WEST, destination_shipment=-1)),
    ("legs_too_fast", _change("legs", 0, end_us=429 * MIN)),
    ("odometer_of_legs", _change("legs", 2, odometer_m=1)),
    ("odometer_falls", _round(3, 2, WEST, 700)),
    ("ran_dry", _change("legs", 0, since_full_m=395_000)),
    ("duty_order", _add("duties", DutyRow(8 * HOUR, 0, 0, -1))),
    ("duty_order", _remove("duties", 0)),
    ("duty_order", _change("duties", 1, time_us=420 * MIN)),
    ("leg_off_duty", _change("duties", 3, time_us=435 * MIN)),
    ("leg_off_duty", _remove("duties", 1)),
    ("status_order", _remove("statuses", 0)),
    ("status_order", _remove("statuses", 1)),
    ("status_order", _again("statuses", 1, time_us=450 * MIN, nth=9)),
    ("status_order", _again("statuses", 5, time_us=700 * MIN, nth=9)),
    ("status_order", _again("statuses", 3, time_us=700 * MIN, nth=9)),
    ("status_order", _change("statuses", 4, status=DELIVERED)),
    ("status_order", _change("statuses", 1, time_us=30 * MIN)),
    ("unknown_shipment", _remove("booked", 0)),
    ("unknown_shipment", _change("booked", 0, time_us=61 * MIN)),
    ("booked_twice", _again("booked", 0, time_us=2 * HOUR)),
    ("booked_twice", _change("booked", 0, promised_us=HOUR)),
    ("scan_order", _change("scans", 3, time_us=505 * MIN)),
    ("scan_order", _remove("scans", 1)),
    ("scan_order", _remove("scans", 2)),
    ("scan_without_parcel", _change("scans", 0, time_us=400 * MIN)),
    ("scan_without_parcel", _again("scans", 4, time_us=700 * MIN, nth=9)),
    ("gates_shut", _add("capacities", CapacityRow(500 * MIN, HUB, 0, CLOSING))),
    ("docks_unknown", _add("capacities", CapacityRow(500 * MIN, HUB, 4, 0))),
    ("docks_unknown", _add("capacities", CapacityRow(900 * MIN, HUB, 1, CLOSING))),
    ("docks_overfull", _again("hauls", 1, slot=2, docked_us=581 * MIN)),
    ("haul_order", _change("hauls", 1, docked_us=569 * MIN)),
    ("haul_order", _change("hauls", 1, left_us=539 * MIN)),
    ("haul_order", _change("hauls", 1, parcels=0)),
    ("haul_twice", _again("hauls", 0)),
    ("pings_off_road", _remove("legs", 1)),
    ("pings_too_fast", _change("legs", 0, destination=WEST)),
    ("handed_over_elsewhere", _change("statuses", 5, time_us=609 * MIN)),
    ("handed_over_elsewhere", _change("statuses", 1, place=HUB)),
    ("scanner_elsewhere", _change("scans", 2, scanner=4)),
    ("sent_back_too_early", _sent_back(612)),
    ("eta_in_the_past", _change("etas", 1, eta_us=10 * HOUR - 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "break_it"), BREAKS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_broken_is_found(cast, tmp_path, name, break_it):
    journal = one_life(cast)
    break_it(cast, journal)
    found = {v.invariant: v for v in check_truth(_write(tmp_path, cast, journal), Limits.of(cast.scenario))}
    assert name in found
    assert found[name].count >= len(found[name].samples) > 0


def test_a_parcel_may_be_sent_back_once_it_was_delivered(cast, tmp_path):
    journal = one_life(cast)
    _sent_back(613)(cast, journal)
    assert _broken(_write(tmp_path, cast, journal), Limits.of(cast.scenario)) == set()


def test_no_two_facts_share_an_id(cast, tmp_path):
    assert "event_id_twice" in _broken(_write(tmp_path, cast, one_life(cast), times=2), Limits.of(cast.scenario))


def test_facts_lie_within_the_run(cast, tmp_path):
    limits, folder = Limits.of(cast.scenario), _write(tmp_path, cast, one_life(cast))
    last = limits.run_start + timedelta(minutes=900)
    assert _broken(folder, replace(limits, run_end=last + timedelta(microseconds=1))) == set()
    assert _broken(folder, replace(limits, run_end=last)) == {"outside_run"}
    assert _broken(folder, replace(limits, run_start=limits.run_start + timedelta(microseconds=1))) == {"outside_run"}


@pytest.mark.parametrize(
    ("name", "limit"), [("driving_too_long", "driving_max_us"), ("break_missing", "break_after_us")]
)
def test_driving_hours_are_within_the_law(cast, tmp_path, name, limit):
    limits, folder = Limits.of(cast.scenario), _write(tmp_path, cast, one_life(cast))
    assert _broken(folder, replace(limits, **{limit: 20 * MIN})) == set()
    assert _broken(folder, replace(limits, **{limit: 20 * MIN - 1})) == {name}


def test_a_break_begins_a_new_stretch_of_driving(cast, tmp_path):
    limits, folder = Limits.of(cast.scenario), _write(tmp_path, cast, one_life(cast))
    assert _broken(folder, replace(limits, break_after_us=10 * MIN, break_length_us=3 * MIN)) == set()
    assert _broken(folder, replace(limits, break_after_us=10 * MIN, break_length_us=3 * MIN + 1)) == {"break_missing"}


@pytest.mark.parametrize(
    ("name", "event_type", "column", "value"),
    [
        ("impossible_reading", "vehicle.telemetry", "speed_kmh", 201.0),
        ("impossible_reading", "vehicle.telemetry", "fuel_pct", -0.1),
        ("impossible_reading", "vehicle.telemetry", "battery_pct", 101.0),
        ("impossible_reading", "vehicle.telemetry", "temperature_c", 9.0),
        ("pings_off_road", "vehicle.telemetry", "vehicle_id", "V-WEST-02"),
        ("pings_off_road", "driver.location", "driver_id", "D-WEST-02"),
    ],
)
def test_readings_are_possible(cast, tmp_path, name, event_type, column, value):
    folder = _write(tmp_path, cast, one_life(cast))
    (file,) = parts(folder, "facts", event_type)
    table = pq.read_table(file, partitioning=None)
    changed = pa.array([value, *table[column].to_pylist()[1:]])
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, changed), file)
    (violation,) = check_truth(folder, Limits.of(cast.scenario))
    assert (violation.invariant, violation.count) == (name, 1)
    assert violation.samples[0][column] == str(value)


def test_every_invariant_was_seen_to_fail():
    alone = {"event_id_twice", "outside_run", "driving_too_long", "break_missing", "impossible_reading"}
    assert {name for name, _ in BREAKS} | alone == set(INVARIANTS)


def test_every_invariant_says_what_it_is_about():
    for path in INVARIANTS.values():
        meaning, inputs = path.read_text(encoding="utf-8").splitlines()[:2]
        assert meaning.startswith("-- ")
        assert inputs.startswith("-- Inputs: ")


def test_a_truth_that_cannot_be_read_is_told(cast, tmp_path):
    folder = _write(tmp_path, cast, Journal())
    parts(folder, "facts", "facility.scan")[0].write_bytes(b"no Parquet at all, but some bytes")
    with pytest.raises(BackendError, match="part-00000"):
        check_truth(folder)


def test_a_truth_may_have_more_parts_than_files_are_usually_allowed(cast, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    folder = _write(tmp_path, cast, one_life(cast))
    (part,) = parts(folder, "facts", "vehicle.telemetry")
    empty = pq.read_table(part).slice(0, 0)
    for number in range(1, 200):
        pq.write_table(empty, part.with_name(f"part-{number:05}.parquet"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (48, before[1]))
    try:
        assert check_truth(folder) == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
