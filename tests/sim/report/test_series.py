"""What a description shows over time, step by step, on the run written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from described_run import FACTS, FIRINGS, LEGS, LINEHAUL, MESSAGES
from written_run import at, message, scenario, write_run

from sim.report.described.numbers import numbers
from sim.report.described.series import Picture, Values, picture, step_of
from sim.report.described.sources import open_sources
from sim.run_folder import RunFolder
from sim.scenario import Scenario

Steps = dict[int, float]


def seen(folder: RunFolder, of: Scenario) -> Picture:
    with open_sources(folder, of, step_of(of)) as scratch:
        return picture(scratch, of, numbers(scratch, of), step_of(of))


@pytest.fixture
def shown(tmp_path: Path) -> Picture:
    return seen(write_run(tmp_path, scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS), scenario())


def values_of(shown: Picture, panel: str, series: str) -> Values:
    (among,) = (one.series for one in shown.panels if one.title.startswith(panel))
    return next(one.values for one in among if one.name == series)


def changes(shown: Picture, panel: str, series: str) -> Steps:
    """The steps at which a series takes another value, and that value."""
    values = values_of(shown, panel, series)
    return {k: value for k, value in enumerate(values) if value is not None and (k == 0 or value != values[k - 1])}


def found(shown: Picture, panel: str, series: str) -> Steps:
    """The values of a series that are more than nothing, by step."""
    return {k: value for k, value in enumerate(values_of(shown, panel, series)) if value}


def test_parcels_are_in_the_system_from_booking_to_the_end_of_their_life_and_unknown_after_the_run(shown):
    assert changes(shown, "parcels in", "parcels") == {0: 0, 2: 1, 4: 2, 6: 3, 8: 4, 22: 3, 46: 2, 60: 1}
    (panel,) = (one for one in shown.panels if one.title.startswith("parcels in"))
    assert panel.series[0].values[71:73] == [1, None]


def test_parcels_stand_at_a_facility_from_scan_to_scan(shown):
    assert changes(shown, "parcels standing", "at HUB") == {0: 0, 10: 2, 12: 1, 25: 2, 34: 1, 37: 0}


def test_deliveries_and_their_rate_are_by_the_hour(shown):
    assert found(shown, "deliveries", "on time") == {1: 1}
    assert found(shown, "deliveries", "late") == {3: 1}
    assert changes(shown, "on-time rate", "rate") == {1: 100.0, 3: 0.0}


def test_messages_are_counted_by_event_time_and_by_arrival(shown):
    assert found(shown, "messages", "by event time") == {2: 1, 4: 1, 6: 1, 68: 2}
    assert found(shown, "messages", "by arrival") == {2: 1, 4: 1, 66: 1, 67: 1, 300: 1}
    assert shown.steps == 312  # whole hours


def test_lateness_is_that_of_what_arrived_in_a_step(tmp_path):
    messages = [*(message(k, 0, 1) for k in range(199)), *(message(k, 0, 2) for k in (199, 200)), message(201, 0, 7)]
    late = seen(write_run(tmp_path, scenario(), messages=messages), scenario())
    assert found(late, "lateness", "half of them") == {0: 60.0, 1: 420.0}
    assert found(late, "lateness", "99 %") == {0: 60.0, 1: 420.0}
    assert found(late, "lateness", "the latest") == {0: 120.0, 1: 420.0}


def test_a_firing_shows_when_its_message_arrives_and_a_drop_when_its_event_happened(shown):
    assert found(shown, "firings", "dead zone") == {66: 1, 67: 1}
    assert found(shown, "firings", "drop") == {46: 1}


def test_the_rarest_kinds_of_firings_are_shown_together(tmp_path):
    fired = [
        {"fault_id": f"faults.{k}", "kind": f"kind_{k}", "message_id": 0, "event_type": "facility.scan", "cause": "x"}
        for k in range(7)
        for _ in range(7 - k)
    ]
    shown = seen(write_run(tmp_path, scenario(), messages=[message(0, 0, 1)], firings=fired), scenario())
    (panel,) = (one for one in shown.panels if one.title.startswith("firings"))
    assert [one.name for one in panel.series] == ["kind 0", "kind 1", "kind 2", "kind 3", "kind 4", "others"]
    assert found(shown, "firings", "others") == {0: 3}


def test_disruptions_are_stretches_of_time(shown):
    assert [(one.name, one.begins, one.ends) for one in shown.stretches] == [
        ("facility closed HUB", at(120), at(180)),
        ("storm north", at(60), at(120)),
        ("demand surge", at(60), at(120)),
    ]
