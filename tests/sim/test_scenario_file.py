"""Scenario files read as what they look like, and resolve to files that read the same."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenarios
from sim.distributions import Constant
from sim.scenario import Scenario, Tenant
from sim.scenario_file import load, resolve
from sim.units import ClockTime, Distance, Duration, Mass, Rate, Share

SHIPPED = sorted(Path(scenarios.__path__[0]).glob("*.yaml"))
HELLO = next(path for path in SHIPPED if path.stem == "hello")


def reread(scenario: Scenario, folder: Path) -> Scenario:
    path = folder / "resolved.yaml"
    path.write_text(resolve(scenario), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_loads_and_resolves_to_an_equal_one(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    assert scenario.name == path.stem
    assert reread(scenario, tmp_path) == scenario


def test_resolving_writes_every_default(tmp_path: Path) -> None:
    text = resolve(load(HELLO))
    for part in (Scenario, type(load(HELLO).fleet), type(load(HELLO).platform)):
        for field in msgspec.structs.fields(part):
            assert f"{field.encode_name}:" in text


@pytest.mark.parametrize("name", ["NO", "yes", "on", "null", "1e3", "007", "0x10", "1_000", "true", "08"])
def test_names_that_yaml_takes_for_something_else_survive(name: str, tmp_path: Path) -> None:
    scenario = msgspec.structs.replace(load(HELLO), tenants=(Tenant(id=name),))
    assert reread(scenario, tmp_path).tenants == (Tenant(id=name),)


def edited(folder: Path, *edits: tuple[str, str]) -> Scenario:
    text = HELLO.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path = folder / "edited.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_norway_is_a_name(tmp_path: Path) -> None:
    scenario = edited(tmp_path, ("id: acme", "id: NO"), ("id: globex", "id: off"))
    assert [tenant.id for tenant in scenario.tenants] == ["NO", "off"]


def test_a_time_of_day_without_quotes_is_no_number_to_the_base_of_sixty(tmp_path: Path) -> None:
    scenario = edited(tmp_path, ("drivers_per_depot: 8", "drivers_per_depot: 8, shift_starts: [08:00, 14:30]"))
    assert scenario.fleet.shift_starts == (ClockTime(8 * 3600), ClockTime(14 * 3600 + 1800))


def test_a_start_with_an_offset_is_kept_in_utc(tmp_path: Path) -> None:
    start = edited(tmp_path, ("2026-03-02T04:00:00Z", "2026-03-02T05:00:00+01:00")).start
    assert (start, start.tzinfo) == (datetime(2026, 3, 2, 4, tzinfo=UTC), UTC)


def test_anchors_save_typing(tmp_path: Path) -> None:
    scenario = edited(
        tmp_path, ("travel_time: 35 min", "travel_time: &t 35 min"), ("travel_time: 40 min", "travel_time: *t")
    )
    assert len({lane.travel_time for lane in scenario.network.lanes}) == 1


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HELLO.read_bytes())
    assert load(path) == load(HELLO)


@given(st.decimals(min_value=0, max_value=10**9, places=6), st.sampled_from(["s", "min", "h", "d"]))
def test_quantities_print_as_they_read(number: object, unit: str) -> None:
    for text, kind in ((f"{number} {unit}", Duration), (f"{number}/{unit}", Rate)):
        assert kind.parse(str(kind.parse(text))) == kind.parse(text)


@given(st.decimals(min_value=0, max_value=10**6, places=4))
def test_measures_print_as_they_read(number: object) -> None:
    for text, kind in (
        (f"{number} km", Distance),
        (f"{number} m", Distance),
        (f"{number} kg", Mass),
        (f"{number} g", Mass),
    ):
        assert kind.parse(str(kind.parse(text))) == kind.parse(text)


def test_measures_count_their_smallest_unit() -> None:
    assert (Distance.parse("1.5 km").m, Mass.parse("2.5 kg").g, Duration.parse("3 min").us) == (1500, 2500, 180_000_000)
    assert (str(Distance(0)), str(Mass(0)), str(Distance(12_000)), str(Mass(800))) == ("0 m", "0 g", "12 km", "800 g")
    assert Distance(5) != Mass(5)


def test_a_bare_quantity_is_a_constant(tmp_path: Path) -> None:
    scenario = edited(tmp_path, ("drivers_per_depot: 8", "drivers_per_depot: 8, stop_time: 90 s"))
    assert scenario.fleet.stop_time == Constant(value=Duration.parse("90 s"))


def test_nothing_may_stand_where_a_value_may_be_left_out(tmp_path: Path) -> None:
    assert edited(tmp_path, ("drivers_per_depot: 8", "drivers_per_depot: 8, breakdown_every: null")) == load(HELLO)


@given(st.floats(min_value=0, max_value=1))
def test_shares_print_as_they_read(part: float) -> None:
    assert Share.parse(str(Share(part))) == Share(part)


def test_a_quantity_knows_how_it_was_written_and_is_no_other_for_that() -> None:
    assert Duration.parse("48 h").written == "48 h"
    assert Duration(0).written == "0 s"
    assert Duration.parse("48 h") == Duration.parse("2 d")
    assert str(Duration.parse("48 h")) == "2 d"
