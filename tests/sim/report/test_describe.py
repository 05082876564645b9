"""What is told of a run's world: every number by hand on a run written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from written_run import at, eta, haul, leg, message, scans, scenario, shipment, status, write_run

from sim.cli import main
from sim.errors import UsageError
from sim.exit_status import ExitStatus
from sim.report.describe import describe
from sim.report.description import (
    Cause,
    Day,
    Description,
    DockWait,
    Drivers,
    Dwell,
    Etas,
    EventCount,
    FateCount,
    Lateness,
    MessageCount,
    OnTime,
    Shipments,
    Standing,
    Transit,
)
from sim.run_folder import RunFolder

STATUS = "shipment.status.changed"
FACTS = {
    "shipment.created": [
        shipment("S-1", 10, 120),
        shipment("S-2", 20, 200, "express"),
        shipment("S-3", 30, 250),
        shipment("S-4", 40, 5000),
    ],
    STATUS: [
        status("S-1", "created", 10),
        status("S-1", "delivered", 110),
        status("S-1", "delivered", 130),  # a second one changes nothing
        status("S-2", "exception", 150, "nobody_home"),
        status("S-2", "delivered", 230),
        status("S-3", "exception", 300, "returned"),
    ],
    "shipment.eta.updated": [
        eta("S-1", 10, 100),
        eta("S-2", 20, 250),
        eta("S-2", 60, 200, 250),
        eta("S-2", 150, 227, 200),
        eta("S-3", 30, 240),
    ],
    "facility.scan": [
        *scans("S-1", "HUB", 50, 60),
        *scans("S-1", "WEST", 90, 100),
        *scans("S-2", "HUB", 50, 170),
        *scans("S-2", "WEST", 190, 195, 200),
        *scans("S-3", "HUB", 125, 185),
        *scans("S-3", "WEST", 220),
    ],
    "driver.status.changed": [
        {"event_time": at(minute), "driver_id": "D-1", "status": what}
        for minute, what in ((0, "on_shift"), (40, "driving"), (50, "breakdown"), (80, "driving"), (120, "on_break"))
    ],
}
LEGS = [
    leg("D-1", 40, 40, 50, "drive", "S-1"),
    leg("D-1", 40, 50, 80, "stop", "S-1"),  # a breakdown at the door it was about to reach is no stop of its own
    leg("D-1", 40, 80, 84, "stop", "S-1"),
    leg("D-1", 40, 84, 94, "drive", None),
    leg("D-1", 90, 95, 105, "drive", "S-2"),
    leg("D-1", 90, 105, 110, "stop", "S-2"),
    leg("D-1", 90, 110, 115, "stop", None),  # a break at the depot
    leg("D-2", 40, 40, 100, "drive", None),
]
LINEHAUL = [
    haul("NORTH-HUB", 10, 40, 40, 2),
    haul("NORTH-HUB", 60, 95, 125),
    haul("NORTH-HUB", 70, 110, 140),
    haul("HUB-WEST", 60, 90, 90),
]
MESSAGES = [
    message(0, 10, 10.5),
    message(1, 20, 20.5, fate="duplicate"),
    message(2, 30, 330, "driver_app", fate="late"),
    message(3, 340, 339, "driver_app"),
    message(4, 340, 1500, "driver_app", event_type="driver.location", fate="rejected"),
]
FIRINGS = [
    {"fault_id": "faults.0", "kind": "drop", "event_type": STATUS, "fact_row": 4, "cause": "lost on the way"},
    *(
        {
            "fault_id": "producers.driver_app.dead_zone",
            "kind": "dead_zone",
            "message_id": number,
            "event_type": "facility.scan",
            "cause": f"phone D-WEST-0{number} in 'Elb tunnel' at HUB until 03:10: not_utf8, 5 us",
            "root_cause": root,
            "held_us": 1_500_000 * number,
        }
        for number, root in ((2, None), (3, "x"))
    ),
]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return write_run(tmp_path / "run", scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS)


@pytest.fixture
def told(folder: RunFolder) -> Description:
    describe(folder)
    return Description.read(folder.path / "describe.json")


def test_volumes_count_events_and_messages_by_type_producer_and_day(told):
    assert told.events == (
        EventCount("driver.status.changed", 5),
        EventCount("facility.scan", 12),
        EventCount("shipment.created", 4),
        EventCount("shipment.eta.updated", 5),
        EventCount(STATUS, 6),
    )
    assert told.messages == (
        MessageCount("driver.location", "driver_app", 1),
        MessageCount("facility.scan", "driver_app", 2),
        MessageCount("facility.scan", "hand_scanner", 2),
    )
    assert told.days == (Day("2026-03-02", 32, 4), Day("2026-03-03", 0, 1))


def test_shipments_end_delivered_or_returned_or_are_open(told):
    assert told.shipments == Shipments(booked=4, delivered=2, returned=1, open=1, failed_attempts=1)


def test_dwell_is_from_arrival_to_the_next_departure_at_the_same_facility(told):
    assert told.dwell == (Dwell("HUB", 3, 60.0, 120.0, 120.0), Dwell("WEST", 2, 5.0, 10.0, 10.0))


def test_transit_is_from_gate_to_gate_by_lane(told):
    assert told.transit == (
        Transit("NORTH-HUB", "NORTH", "HUB", 3, 4, 35.0, 40.0, 40.0, 5.0),
        Transit("HUB-WEST", "HUB", "WEST", 1, 1, 30.0, 30.0, 30.0, 5.0),
    )


def test_trucks_wait_from_arrival_to_dock_and_are_counted_while_they_do(told):
    assert told.docks == (
        DockWait("HUB", 3, 30.0, 30.0, 30.0, 2, "2026-03-02 01:50"),
        DockWait("WEST", 1, 0.0, 0.0, 0.0, 0, None),
    )


def test_quantiles_are_those_of_a_hundred_different_times(tmp_path):
    stays = [row for k in range(1, 101) for row in scans(f"S-{k:03}", "HUB", 0, k)]
    trips = [haul("NORTH-HUB", 0, k, 3 * k) for k in range(1, 101)]
    folder = write_run(tmp_path, scenario(), {"facility.scan": stays}, linehaul=trips)
    describe(folder)
    told = Description.read(tmp_path / "describe.json")
    assert told.dwell == (Dwell("HUB", 100, 50.0, 90.0, 99.0),)
    assert (told.transit[0].p50_min, told.transit[0].p90_min, told.transit[0].p99_min) == (50.0, 90.0, 99.0)
    assert (told.docks[0].p50_min, told.docks[0].p90_min, told.docks[0].p99_min) == (100.0, 180.0, 198.0)


def test_the_moment_of_a_peak_is_its_first(tmp_path):
    trips = [haul("NORTH-HUB", 0, 10, 20), haul("NORTH-HUB", 0, 40, 50)]
    facts = {"facility.scan": scans("S-1", "HUB", 10, 20, 40, 50)}
    folder = write_run(tmp_path, scenario(), facts, linehaul=trips)
    describe(folder)
    told = Description.read(tmp_path / "describe.json")
    assert told.standing == (Standing("HUB", 1, "2026-03-02 00:10", 0),)
    assert (told.docks[0].waiting_max, told.docks[0].waiting_max_time) == (1, "2026-03-02 00:10")


def test_parcels_that_never_left_stand_there_at_the_end(tmp_path):
    facts = {"shipment.created": [shipment("S-1", 0, 90)], "facility.scan": scans("S-1", "HUB", 10, 20, 40)}
    describe(write_run(tmp_path, scenario(), facts))
    assert Description.read(tmp_path / "describe.json").standing == (Standing("HUB", 1, "2026-03-02 00:10", 1),)


def test_on_time_is_the_first_delivery_against_the_promise(told):
    assert told.on_time == (
        OnTime("all", "", 2, 1, 0, 0.5),
        OnTime("day", "2026-03-02", 2, 1, 0, 0.5),
        OnTime("service", "express", 1, 0, 0, 0.0),
        OnTime("service", "standard", 1, 1, 0, 1.0),
    )


def test_what_was_promised_within_the_run_and_is_open_at_its_end_is_overdue(tmp_path):
    created = [shipment("S-1", 10, 120), shipment("S-2", 10, 360), shipment("S-3", 10, 120, "express")]
    facts = {"shipment.created": created, STATUS: [status("S-3", "exception", 300, "returned")]}
    folder = write_run(tmp_path, scenario(), facts)
    describe(folder)
    names = (("all", ""), ("day", "2026-03-02"), ("service", "standard"))
    assert Description.read(tmp_path / "describe.json").on_time == tuple(OnTime(*one, 0, 0, 1, None) for one in names)


def test_parcels_stand_at_a_facility_until_they_leave_or_their_life_ends(told):
    assert told.standing == (
        Standing("HUB", 2, "2026-03-02 00:50", 0),
        Standing("WEST", 2, "2026-03-02 03:40", 0),
    )


def test_drivers_stops_are_doors_and_hours_those_at_the_wheel(told):
    assert told.drivers == Drivers(
        drivers=2,
        rounds=3,
        stops=2,
        driven_km=90,
        driving_h=1.5,
        driving_a_day_p50_h=0.5,
        driving_a_day_max_h=1.0,
        shifts=1,
        breaks=1,
        breakdowns=1,
        broken_down_h=0.5,
    )


def test_a_stop_at_a_locker_is_one_and_a_stop_at_a_depot_is_none(tmp_path):
    at_box = leg("D-1", 40, 60, 65, "stop", None) | {"destination_facility_id": "BOX"}
    folder = write_run(tmp_path, scenario(), legs=[at_box, leg("D-1", 40, 70, 75, "stop", None)])
    describe(folder)
    assert Description.read(tmp_path / "describe.json").drivers.stops == 1


def test_etas_tell_how_often_they_moved_and_how_wrong_the_first_and_the_last_were(told):
    assert told.etas == Etas(
        shipments=3,
        moved=1,
        updates=2,
        updates_max=2,
        delivered=2,
        first_error_p50_min=-20.0,
        first_off_p50_min=10.0,
        first_off_p90_min=20.0,
        last_error_p50_min=3.0,
        last_off_p50_min=3.0,
        last_off_p90_min=10.0,
    )


def test_a_disruption_shows_dwell_waits_and_promises_before_during_and_after_it(told):
    closed = told.disruptions[0]
    assert (closed.kind, closed.about) == ("facility_closed", "HUB")
    assert (closed.begins, closed.ends) == ("2026-03-02 02:00", "2026-03-02 03:00")
    before, during, after = closed.phases
    assert (before.phase, before.stays, before.dwell_p50_min, before.dwell_p90_min) == ("before", 2, 10.0, 120.0)
    assert (before.trucks, before.dock_wait_p90_min, before.delivered, before.on_time_rate) == (3, 30.0, 0, None)
    assert (during.phase, during.stays, during.dwell_p50_min) == ("during", 1, 60.0)
    assert (during.delivered, during.on_time_rate) == (1, 1.0)
    assert (after.phase, after.stays, after.dwell_p50_min, after.delivered, after.on_time_rate) == (
        "after",
        0,
        None,
        1,
        0.0,
    )


def test_a_disruption_of_a_region_is_about_its_facilities_and_one_of_all_about_all(told):
    storm, surge = told.disruptions[1:]
    assert (storm.kind, storm.about, [phase.stays for phase in storm.phases]) == ("storm", "north", [0, 0, 0])
    assert (surge.kind, surge.about, [phase.stays for phase in surge.phases]) == ("demand_surge", "all", [2, 1, 2])
    assert [phase.trucks for phase in surge.phases] == [1, 3, 0]


def test_faults_are_counted_by_id_kind_and_class_of_causes(told):
    dropped, held = told.faults
    assert (dropped.fault_id, dropped.kind, dropped.firings, dropped.dropped) == ("faults.0", "drop", 1, 1)
    assert dropped.held_max_s is None
    assert (held.firings, held.dropped, held.with_root_cause, held.held_max_s) == (2, 0, 1, 4.5)
    assert held.causes == (Cause("phone … in … at … until … not_utf8, … us", 2),)


def test_fates_are_counted(told):
    counts = {"clean": 2, "duplicate": 1, "late": 1, "rejected": 1}
    assert told.fates == tuple(FateCount(*one) for one in counts.items())


def test_lateness_is_arrival_minus_recorded_time_to_three_digits(told):
    assert told.lateness == (
        Lateness("driver_app", 3, -60.0, 18_000.0, 69_600.0, 69_600.0, 69_600.0),
        Lateness("hand_scanner", 2, 30.0, 30.0, 30.0, 30.0, 30.0),
        Lateness("all", 5, -60.0, 30.0, 69_600.0, 69_600.0, 69_600.0),
    )


def test_lateness_is_rounded_to_three_digits_whatever_its_size(tmp_path):
    late_s = (0.0012, 0.9994, 12.345, 98_765.4)
    messages = [message(k, 0, late / 60) for k, late in enumerate(late_s)]
    folder = write_run(tmp_path, scenario(), messages=messages)
    describe(folder)
    over_all = Description.read(tmp_path / "describe.json").lateness[-1]
    assert (over_all.min_s, over_all.p50_s, over_all.max_s) == (0.001, 0.999, 98_800.0)


def test_the_text_has_a_section_for_each_question_and_says_where_the_rest_is(folder):
    lines = describe(folder).splitlines()
    assert lines[0] == "by-hand  seed 7  2026-03-02 00:00 UTC + 6 h"
    assert "HUB             3  60.0  120.0  120.0" in lines
    assert "faults.0                        drop             1        1                0                -" in lines
    assert "facility_closed  HUB  2026-03-02 02:00 to 2026-03-02 03:00 UTC; times in min" in lines
    assert lines[-1].startswith("next: open ")


def test_the_same_run_elsewhere_gives_the_same_bytes(tmp_path):
    write_run(tmp_path / "tox it's", scenario())  # what the second name would match, if it were a pattern
    written = []
    for name in ("one", "[two]*? it's"):
        folder = write_run(tmp_path / name, scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS)
        describe(folder)
        written.append([(folder.path / file).read_bytes() for file in ("describe.json", "describe.svg")])
        assert not any(word == b"one" for word in written[-1][0].split())
    assert written[0] == written[1]


def test_a_run_in_which_nothing_happened_is_described_too(tmp_path):
    folder = write_run(tmp_path, scenario(disruptions=()))
    text = describe(folder)
    told = Description.read(tmp_path / "describe.json")
    assert told.shipments == Shipments(0, 0, 0, 0, 0)
    assert (told.events, told.messages, told.standing, told.faults, told.disruptions) == ((), (), (), (), ())
    assert "booked" in text
    assert (tmp_path / "describe.svg").read_text().startswith("<svg")


def test_an_event_type_without_a_file_never_happened(folder):
    for part in (folder.truth / "facts" / "driver.location").iterdir():
        part.unlink()
    describe(folder)
    assert Description.read(folder.path / "describe.json").shipments.booked == 4


@pytest.mark.parametrize(
    "gone", ["ledger/firings.parquet", "ledger/messages.parquet", "truth/world/legs/part-00000.parquet"]
)
def test_a_folder_that_was_not_generated_to_its_end_is_told_what_it_lacks(folder, gone):
    (folder.path / gone).unlink()
    with pytest.raises(UsageError, match=gone.removesuffix("/part-00000.parquet")):
        describe(folder)


def test_a_folder_that_is_no_run_is_told_as_one(tmp_path):
    with pytest.raises(UsageError, match="not a run folder"):
        describe(RunFolder(tmp_path))


def test_a_file_that_stops_in_the_middle_is_told_as_one_that_cant_be_read(folder):
    path = folder.ledger / "messages.parquet"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UsageError, match="can't be read"):
        describe(folder)


def test_the_command_prints_the_text_and_a_mistake_is_one_of_usage(folder, capsys):
    assert main(["describe", str(folder.path)]) == ExitStatus.PASS
    assert capsys.readouterr().out.startswith("by-hand  seed 7")
    assert main(["describe", str(folder.truth)]) == ExitStatus.USAGE
    assert "not a run folder" in capsys.readouterr().err
