"""Reference data has a row for each name that a facility or carrier ever had, without gap or overlap."""

from datetime import timedelta

import msgspec

from sim.scenario import Rename, Scenario
from sim.units import Duration
from sim.world import simulate


def test_a_facility_without_renames_has_one_row_that_stays_valid(scenario: Scenario, truth):
    rows = truth.reference["dim_facility"].to_pylist()
    assert [row["valid_to"] for row in rows] == [None] * len(scenario.network.facilities)
    assert all(row["valid_from"] < scenario.start for row in rows)


def test_each_rename_ends_one_row_and_begins_the_next(scenario: Scenario):
    hub = scenario.network.facilities[0]
    renames = (Rename(Duration.parse("1 h"), "Second"), Rename(Duration.parse("5 h"), "Third"))
    facilities = (msgspec.structs.replace(hub, renamed=renames), *scenario.network.facilities[1:])
    network = msgspec.structs.replace(scenario.network, facilities=facilities)
    changed = simulate(msgspec.structs.replace(scenario, network=network, duration=Duration.parse("6 h")))
    rows = [row for row in changed.reference["dim_facility"].to_pylist() if row["facility_id"] == hub.id]
    moments = [scenario.start + timedelta(hours=hours) for hours in (1, 5)]
    assert [row["name"] for row in rows] == [hub.name, "Second", "Third"]
    assert [row["valid_from"] for row in rows[1:]] == moments
    assert [row["valid_to"] for row in rows] == [*moments, None]
