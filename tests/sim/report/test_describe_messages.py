"""What is told of messages: their fates, how late they were, and what faults did to them."""

from __future__ import annotations

from written_run import message, scenario, write_run

from sim.report.describe import describe
from sim.report.description import (
    Cause,
    Description,
    FateCount,
    Lateness,
)


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
