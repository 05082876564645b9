"""Reference data has a row for each name that a facility or carrier ever had, without gap or overlap."""

from datetime import timedelta

import pyarrow.compute as pc
from hand_slices import small
from msgspec.structs import replace

from pipeline.contract.tables import TABLES
from sim.distributions import Constant
from sim.scenario import Rename
from sim.scenario_parts.disruptions import CustomsHold, DemandSurge, FacilityClosed, SorterSlowdown, Storm
from sim.truth import REFERENCE_TABLES
from sim.units import Duration, Share
from sim.world.cast import build_cast
from sim.world.reference import reference_tables


def test_reference_data_has_its_tables_and_both_directions_of_each_lane():
    tables = reference_tables(build_cast(small()))
    assert tuple(tables) == REFERENCE_TABLES
    for name, table in tables.items():
        if name != "disruptions":
            assert table.schema.equals(TABLES[f"curated.{name}"].schema)
            assert pc.min(table["valid_from"]).as_py() < small().start
            assert table["valid_to"].null_count == table.num_rows
    assert tables["dim_lane"]["lane_id"].to_pylist() == ["NORTH-HUB", "HUB-NORTH", "HUB-WEST", "WEST-HUB"]


def test_each_rename_ends_one_row_and_begins_the_next():
    scenario = small()
    hub = scenario.network.facilities[0]
    renames = (Rename(Duration.parse("1 h"), "Second"), Rename(Duration.parse("5 h"), "Third"))
    facilities = (replace(hub, renamed=renames), *scenario.network.facilities[1:])
    tables = reference_tables(build_cast(small(network=replace(scenario.network, facilities=facilities))))
    rows = [row for row in tables["dim_facility"].to_pylist() if row["facility_id"] == hub.id]
    moments = [scenario.start + timedelta(hours=hours) for hours in (1, 5)]
    assert [row["name"] for row in rows] == [hub.name, "Second", "Third"]
    assert [row["valid_from"] for row in rows[1:]] == moments
    assert [row["valid_to"] for row in rows] == [*moments, None]


def test_disruptions_are_told_as_planned():
    span = {"after": Duration.parse("1 h"), "until": Duration.parse("2 h")}
    planned = (
        FacilityClosed(**span, facility="HUB"),
        CustomsHold(**span, between=("HUB", "WEST"), hold=Constant(Duration.parse("2 min"))),
        Storm(**span, region="all", factor=3.0),
        DemandSurge(**span, factor=7.0, tenant="acme"),
        SorterSlowdown(**span, facility="HUB", speed=Share(0.25)),
    )
    rows = reference_tables(build_cast(small(disruptions=planned)))["disruptions"].to_pylist()
    assert [row["kind"] for row in rows] == [
        "facility_closed", "customs_hold", "storm", "demand_surge", "sorter_slowdown",
    ]  # fmt: skip
    assert {row["after_time"] for row in rows} == {small().start + timedelta(hours=1)}
    told = [{name: value for name, value in row.items() if value is not None} for row in rows]
    assert told[1].items() >= {"facility_id": "HUB", "other_facility_id": "WEST", "hold_mean_s": 120.0}.items()
    assert told[2].items() >= {"disruption_id": "disruptions.2", "region": "all", "factor": 3.0}.items()
    assert told[3]["tenant_id"] == "acme"
    assert told[4]["share"] == 0.25
