"""What is told of a run's world: every number by hand on a run written by hand."""

from __future__ import annotations

from described_run import STATUS
from written_run import haul, leg, scans, scenario, shipment, status, write_run

from sim.report.describe import describe
from sim.report.description import (
    Day,
    Description,
    DockWait,
    Drivers,
    Dwell,
    Etas,
    EventCount,
    MessageCount,
    OnTime,
    Shipments,
    Standing,
    Transit,
)


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
