"""A network in a file of its own is the one it would be in the scenario, and its mistakes name its own file."""

# ruff: noqa: E501 (what is told stands on one line, as it is told)

import math
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sim.cli import main
from sim.errors import ScenarioError
from sim.scenario import Network, Scenario
from sim.scenario_file import load, load_either, resolve
from sim.shipped import shipped_networks, shipped_scenarios

SHIPPED = shipped_networks()
SCENARIO = """\
name: small
start: 2026-03-02T04:00:00Z
duration: 12 h
network: NETWORK
demand: {rate: 30/h, until: 6 h}
"""
NETWORK = """\
facilities:
  - {id: HUB, name: Hub, kind: hub, lat: 52.4, lon: 13.3}
  - {id: EAST, name: East, kind: depot, lat: 52.5, lon: 13.4}
  - {id: WEST, name: West, kind: depot, lat: 52.5, lon: 13.2}
carriers:
  - {code: NORD, name: Nordlinie}
lanes:
  - {between: [EAST, HUB], carrier: NORD, travel_time: 30 min}
  - {between: [WEST, HUB], carrier: NORD, travel_time: 30 min}
"""


def written(folder: Path, network: str, scenario: str = SCENARIO.replace("NETWORK", "networks/small.yaml")) -> Path:
    (folder / "networks").mkdir(exist_ok=True)
    (folder / "networks" / "small.yaml").write_text(network, encoding="utf-8")
    path = folder / "small.yaml"
    path.write_text(scenario, encoding="utf-8")
    return path


def mistakes_in(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [line.removeprefix(f"{path.parent}/") for line in str(caught.value).splitlines()]


def test_a_path_is_one_from_the_scenarios_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, NETWORK)
    monkeypatch.chdir("/")
    inline = SCENARIO.replace("NETWORK", "\n  " + NETWORK.replace("\n", "\n  "))
    (tmp_path / "inline.yaml").write_text(inline, encoding="utf-8")
    assert load(path) == load(tmp_path / "inline.yaml")


def test_an_absolute_path_is_one_too(tmp_path: Path) -> None:
    absolute = SCENARIO.replace("NETWORK", str(tmp_path / "networks" / "small.yaml"))
    assert len(load(written(tmp_path, NETWORK, absolute)).network.lanes) == 2


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_has_a_name_and_resolves_inline(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(SCENARIO.replace("NETWORK", name), encoding="utf-8")
    scenario = load(path)
    assert scenario.network == load_either(SHIPPED[name])
    path.write_text(resolve(scenario), encoding="utf-8")
    assert load(path) == scenario
    assert "facilities:" in path.read_text(encoding="utf-8")


def test_a_mistake_of_shape_names_the_networks_file_and_line(tmp_path: Path) -> None:
    told = mistakes_in(
        written(tmp_path, NETWORK.replace("kind: depot, lat: 52.5, lon: 13.4", "kind: depott, lat: 99, lon: 13.4"))
    )
    assert told == [
        "networks/small.yaml:3 facilities.1.kind: unknown value 'depott'; did you mean 'depot'? one of: cross_dock, depot, hub, locker",
        "networks/small.yaml:3 facilities.1.lat: found 99, want a number from -90 to 90",
    ]


def test_a_broken_rule_names_the_networks_file_and_line(tmp_path: Path) -> None:
    twice = NETWORK.replace("[WEST, HUB]", "[HUB, EAST]")
    assert mistakes_in(written(tmp_path, twice)) == [
        "networks/small.yaml:9 lanes.1.between: the lane is there twice, first at lanes.0"
    ]
    assert mistakes_in(
        written(
            tmp_path,
            NETWORK.replace(
                "[WEST, HUB], carrier: NORD, travel_time: 30 min", "[WEST, HUB], carrier: NORD, travel_time: 0 s"
            ),
        )
    ) == ["networks/small.yaml:9 lanes.1.travel_time: found '0 s', want a duration from 1 s to 366 d"]


def test_mistakes_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, NETWORK.replace("[WEST, HUB]", "[WEST, HAB]"))
    path.write_text(path.read_text(encoding="utf-8").replace("rate: 30/h", "rate: 30"), encoding="utf-8")
    assert [told.split()[0] for told in mistakes_in(path)] == ["small.yaml:5", "networks/small.yaml:9"]


def test_rules_of_the_scenario_know_the_network_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, NETWORK)
    with path.open("a", encoding="utf-8") as file:
        file.write("disruptions: [{kind: strike, facility: EASTT, share: 5%, after: 1 h, until: 2 h}]\n")
    assert mistakes_in(path) == [
        "small.yaml:6 disruptions.0.facility: unknown facility 'EASTT'; did you mean 'EAST'? one of: EAST, WEST"
    ]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("citty", "unknown network 'citty'; did you mean 'city'? one of: city, continent, country; or the path of a network file"),
        ("networks/smal.yaml", "there is no file 'networks/smal.yaml' beside the scenario; did you mean 'networks/small.yaml'?"),
        ("elsewhere/net.yaml", "there is no file 'elsewhere/net.yaml' beside the scenario"),
    ],
)  # fmt: skip
def test_a_network_that_is_not_there_is_told_at_the_scenarios_line(tmp_path: Path, named: str, told: str) -> None:
    path = written(tmp_path, NETWORK, SCENARIO.replace("NETWORK", named).replace("rate: 30/h", "rate: 30"))
    first, second = mistakes_in(path)
    assert first == f"small.yaml:4 network: {told}"
    assert second.startswith("small.yaml:5 demand.rate: ")


def test_a_network_file_that_is_no_yaml_is_told_by_its_name(tmp_path: Path) -> None:
    assert mistakes_in(written(tmp_path, "facilities: [\n"))[0].startswith("networks/small.yaml:2: not YAML: ")
    assert mistakes_in(written(tmp_path, ""))[0].startswith("networks/small.yaml: the file is empty")


def test_validate_tells_a_network_from_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, NETWORK)
    network = tmp_path / "networks" / "small.yaml"
    assert main(["validate", str(path), str(network)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{path}: good: scenario 'small'", f"{network}: good: a network"]
    network.write_text(NETWORK.replace("travel_time: 30 min", "travel_tim: 30 min", 1), encoding="utf-8")
    assert main(["validate", str(network)]) == 2
    assert f"{network}:8 lanes.0: unknown key 'travel_tim'; did you mean 'travel_time'?" in capsys.readouterr().err


def apart_km(one: object, other: object) -> float:
    lat, lon, lat2, lon2 = (math.radians(getattr(x, c)) for x in (one, other) for c in ("lat", "lon"))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))


def network(name: str) -> Network:
    found = load_either(SHIPPED[name])
    assert isinstance(found, Network)
    return found


def count(name: str, kind: str) -> int:
    return sum(facility.kind == kind for facility in network(name).facilities)


def test_the_three_networks_are_of_three_sizes() -> None:
    kinds = ("hub", "cross_dock", "depot", "locker")
    assert {name: [count(name, kind) for kind in kinds] for name in SHIPPED} == {
        "city": [2, 1, 8, 6],
        "continent": [11, 0, 25, 0],
        "country": [5, 2, 16, 6],
    }
    assert isinstance(load(shipped_scenarios()["hello"]), Scenario), "networks are not among the scenarios"


@pytest.mark.parametrize("name", SHIPPED)
def test_lanes_take_as_long_as_their_mode_would(name: str) -> None:
    """Within what trucks, trains, ferries and aircraft do on average, from gate to gate."""
    speeds = {"road": (8, 85), "rail": (25, 90), "air": (200, 800), "sea": (12, 80)}
    places = {facility.id: facility for facility in network(name).facilities}
    for lane in network(name).lanes:
        km = lane.distance.m / 1000 if lane.distance else apart_km(*(places[end] for end in lane.between))
        slow, fast = speeds[lane.mode]
        assert slow <= km / (lane.travel_time.s / 3600) <= fast, lane


def test_the_continents_aircraft_fly_at_night_and_its_ferries_by_the_clock() -> None:
    """In the evening to where parcels are sorted, and from there before the morning."""
    for lane in network("continent").lanes:
        assert bool(lane.departs) == (lane.mode in ("air", "sea")), lane
        if lane.mode == "air":
            assert all(3 * 3600 <= time.s <= 5 * 3600 for time in lane.departs), lane
            assert all(20 * 3600 <= time.s <= 22 * 3600 for time in lane.departs_back), lane


@pytest.mark.parametrize("name", SHIPPED)
def test_dead_zones_lie_where_vans_drive(name: str) -> None:
    depots = [facility for facility in network(name).facilities if facility.kind == "depot"]
    assert len(network(name).dead_zones) >= 4
    for zone in network(name).dead_zones:
        assert 300 <= zone.radius.m <= 1500
        assert min(apart_km(zone, depot) for depot in depots) - zone.radius.m / 1000 < 3, zone.name


def test_the_country_changes_its_clocks_and_keeps_sundays_and_easter() -> None:
    facilities = network("country").facilities
    assert {facility.timezone for facility in facilities} == {"Europe/Berlin"}
    assert all(f.closed_on == ("Sun",) and len(f.holidays) == 2 for f in facilities if f.kind == "depot")
    assert {lane.mode for lane in network("country").lanes} == {"road", "rail"}


def test_the_continent_has_several_clocks_modes_and_carriers() -> None:
    zones = {ZoneInfo(facility.timezone) for facility in network("continent").facilities}
    start = load(shipped_scenarios()["hello"]).start
    assert len({start.astimezone(zone).utcoffset() or timedelta(0) for zone in zones}) >= 3
    assert {lane.mode for lane in network("continent").lanes} == {"road", "rail", "air", "sea"}
    assert len(network("continent").carriers) >= 5
