"""Each mistake in the parts that make a world cause its own faults is told with its line, too."""

# ruff: noqa: E501 (a table reads better with one case to a line)

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from mistakes import edited, mistakes_in

from sim.scenario_file import load, resolve
from sim.scenario_schema import scenario_schema
from sim.yaml_document import Loader

GOOD = """\
name: good
start: 2026-03-02T04:00:00Z
duration: 12 h
network:
  facilities:
    - {id: HUB, name: Hub, kind: hub, lat: 52.4, lon: 13.3, region: plain}
    - {id: DOCK, name: Dock, kind: cross_dock, lat: 52.4, lon: 13.3, region: plain}
    - {id: EAST, name: East, kind: depot, lat: 52.5, lon: 13.4, region: hills, holidays: [2026-12-25], closed_on: [Sun]}
    - {id: WEST, name: West, kind: depot, lat: 52.5, lon: 13.2, region: hills}
    - {id: BOX, name: Box, kind: locker, lat: 52.5, lon: 13.2, region: hills, depot: WEST, slots: 20}
  carriers: [{code: NORD, name: Nordlinie}]
  lanes:
    - {between: [EAST, HUB], carrier: NORD, travel_time: 30 min, distance: 25 km}
    - {between: [WEST, DOCK], carrier: NORD, travel_time: 30 min}
    - {between: [HUB, DOCK], carrier: NORD, travel_time: 30 min, mode: rail, departs: ["21:00", "24:00"], departs_back: ["03:30", "04:15"]}
  rush_hours: [{hours: "07:00-09:00", factor: 1.5}]
  weather: [{kind: snow, share: 5%, factor: 2, modes: [road, rail]}]
  dead_zones:
    - {name: Tunnel, lat: 52.5, lon: 13.4, radius: 800 m}
    - {name: Gorge, lat: 52.5, lon: 13.2, radius: 1.5 km}
tenants: [{id: acme, parcel: {kind: log_normal, median: 2 kg, sigma: 0.9}}, {id: globex, returns: 5%}]
demand:
  rate: 30/h
  until: 6 h
  timezone: Europe/Berlin
  peaks: [{after: 1 h, until: 2 h, factor: 3, tenant: acme}]
fleet:
  stop_time: {kind: gamma, mean: 3 min, shape: 6}
  break_after: 270 min
  range: 300 km
  repair_time: {kind: quantiles, at: {0%: 10 min, 50%: 1 h, 100%: 5 h}}
disruptions:
  - {kind: facility_closed, facility: BOX, after: 1 h, until: 2 h}
  - {kind: lane_blocked, between: [HUB, EAST], after: 1 h, until: 2 h}
  - {kind: storm, region: hills, after: 1 h, until: 2 h}
  - {kind: strike, facility: EAST, share: 50%, after: 1 h, until: 2 h}
  - {kind: vehicle_recall, share: 30%, facility: WEST, after: 1 h, until: 2 h}
  - {kind: demand_surge, factor: 4, tenant: globex, after: 1 h, until: 2 h}
  - {kind: sorter_slowdown, facility: HUB, speed: 20%, after: 1 h, until: 2 h}
  - {kind: customs_hold, between: [EAST, HUB], hold: {kind: mixture, of: [{share: 90%, distribution: 1 h}, {share: 10%, distribution: {kind: exponential, mean: 5 h}}]}, after: 1 h, until: 2 h}
producers:
  driver_app: {wrong_clock: 5%, clock_error: {kind: weibull, scale: 90 s, shape: 0.8}}
  telematics_gateway:
    crash_every: 5 h
    firmware:
      - {change: break_type, field: speed_kmh, after: 2 h, until: 3 h, share: 20%}
      - {change: repair, after: 4 h, until: 4 h}
  order_system: {hot_keys: [{tenant: acme, after: 2 h, until: 3 h}]}
"""
DISTRIBUTIONS = "constant, exponential, gamma, log_normal, mixture, quantiles, weibull"
DISRUPTIONS = (
    "customs_hold, demand_surge, facility_closed, lane_blocked, sorter_slowdown, storm, strike, vehicle_recall"
)
NUMBERS = "fuel_pct, harsh_brakes, odometer_km, speed_kmh"
A_DURATION = "a duration such as 500 ms, 90 s, 15 min, 8 h or 2 d"
STOP = "{kind: gamma, mean: 3 min, shape: 6}"
PEAK = "after: 1 h, until: 2 h, factor: 3"
HOT = "{tenant: acme, after: 2 h, until: 3 h}"

SHAPE = [
    ("kind: gamma", "kind: gama", f"28 fleet.stop_time: unknown kind 'gama'; did you mean 'gamma'? one of: {DISTRIBUTIONS}"),
    ("kind: gamma, ", "", f"28 fleet.stop_time: missing key 'kind', which is one of: {DISTRIBUTIONS}"),
    ("mean: 3 min, shape: 6", "shape: 6", f"28 fleet.stop_time: missing key 'mean', which is {A_DURATION}"),
    (STOP, "three minutes", f"28 fleet.stop_time: found 'three minutes', want {A_DURATION}; or keys and values, with the key 'kind'"),
    (STOP, "90", f"28 fleet.stop_time: found 90, want {A_DURATION}; or keys and values, with the key 'kind'"),
    (STOP, "[3 min]", f"28 fleet.stop_time: found a list of 1, want {A_DURATION}; or keys and values, with the key 'kind'"),
    (STOP, "2 kg", f"28 fleet.stop_time: found '2 kg', want {A_DURATION}; or keys and values, with the key 'kind'"),
    ("shape: 6", "shape: 0", "28 fleet.stop_time.shape: found 0, want a number from 0.1 to 100"),
    ("sigma: 0.9", "sigma: 6", "21 tenants.0.parcel.sigma: found 6, want a number from 0 to 5"),
    ("median: 2 kg", "median: 2 l", "21 tenants.0.parcel.median: found '2 l', want a mass such as 800 g or 2.5 kg"),
    ("50%: 1 h", "half: 1 h", "31 fleet.repair_time.at: found 'half', want a share from 0% to 100%, such as 2.5%"),
    ("50%: 1 h", "50%: 1 hour", f"31 fleet.repair_time.at.50%: found '1 hour', want {A_DURATION}"),
    ("50%: 1 h", "0.0%: 1 h", "31 fleet.repair_time.at: the key '0.0%' is there twice"),
    ("{0%: 10 min, 50%: 1 h, 100%: 5 h}", "{0%: 10 min}", f"31 fleet.repair_time.at: found keys and values, want at least 2 keys and values: a share from 0% to 100%, such as 2.5%, with {A_DURATION}"),
    ("distribution: {kind: exponential, mean: 5 h}", "distribution: {kind: mixture, of: []}", "40 disruptions.7.hold.of.1.distribution: unknown kind 'mixture'; one of: constant, exponential, gamma, log_normal, quantiles, weibull"),
    ("{kind: mixture, of: [{share: 90%, distribution: 1 h}, {share: 10%, distribution: {kind: exponential, mean: 5 h}}]}", "{kind: mixture, of: []}", "40 disruptions.7.hold.of: found an empty list, want a list of at least 1"),
    ("distance: 25 km", "distance: far", "13 network.lanes.0.distance: found 'far', want a distance such as 350 m or 12 km"),
    ("crash_every: 5 h", "crash_every: often", f"44 producers.telematics_gateway.crash_every: found 'often', want {A_DURATION}"),
    ("[2026-12-25]", "[Christmas]", "8 network.facilities.2.holidays.0: found 'Christmas', want a day such as 2026-12-25"),
    ("[2026-12-25]", "[2026-02-29]", "8 network.facilities.2.holidays.0: found '2026-02-29', want a day such as 2026-12-25"),
    ("closed_on: [Sun]", "closed_on: [Sunday]", "8 network.facilities.2.closed_on.0: unknown value 'Sunday'; did you mean 'Sun'? one of: Fri, Mon, Sat, Sun, Thu, Tue, Wed"),
    ("mode: rail", "mode: rails", "15 network.lanes.2.mode: unknown value 'rails'; did you mean 'rail'? one of: air, rail, road, sea"),
    ('["21:00", "24:00"]', '["21:60", "24:00"]', "15 network.lanes.2.departs.0: found '21:60', want a time of day from 00:00 to 24:00"),
    ('["21:00", "24:00"]', '"21:00"', "15 network.lanes.2.departs: found '21:00', want a list"),
    ("kind: storm", "kind: strom", f"35 disruptions.2: unknown kind 'strom'; did you mean 'storm'? one of: {DISRUPTIONS}"),
    ("between: [HUB, EAST]", "between: [HUB]", "34 disruptions.1.between: found a list of 1, want a list of 2"),
    ("timezone: Europe/Berlin", "by_hour: [1, 2, 3]", "25 demand.by_hour: found a list of 3, want a list of 24"),
    ("factor: 3", "factor: 300", "26 demand.peaks.0.factor: found 300, want a number above 0 and up to 100"),
    ("crash_every: 5 h\n", "crash_evry: 5 h\n", "44 producers.telematics_gateway: unknown key 'crash_evry'; did you mean 'crash_every'? one of: checkpoint_every, crash_every, firmware, format, restart_time, version_2"),
]  # fmt: skip

RULES = [
    ("depot: WEST, ", "", "10 network.facilities.4: locker 'BOX' has no key 'depot', which says who fills it; one of: EAST, WEST"),
    ("depot: WEST", "depot: WST", "10 network.facilities.4.depot: unknown depot 'WST'; did you mean 'WEST'? one of: EAST, WEST"),
    ("depot: WEST", "depot: HUB", "10 network.facilities.4.depot: 'HUB' is a hub, want a depot; one of: EAST, WEST"),
    ("kind: depot, lat: 52.5, lon: 13.2", "kind: depot, depot: EAST, lat: 52.5, lon: 13.2", "9 network.facilities.3.depot: found 'EAST', want no such key: 'WEST' is a depot, not a locker"),
    ("[WEST, DOCK]", "[WEST, BOX]", "14 network.lanes.1.between.1: 'BOX' is a locker, which its depot fills; want a facility that trucks go to"),
    ("[WEST, DOCK]", "[WEST, EAST]", "9 network.facilities.3: depot 'WEST' has no lane to a hub or cross-dock; these are: HUB, DOCK"),
    ("[HUB, DOCK]", "[EAST, DOCK]", "7 network.facilities.1: cross_dock 'DOCK' has no route over hubs and cross-docks to hub 'HUB'"),
    ("closed_on: [Sun]", "closed_on: [Mon, Tue, Wed, Thu, Fri, Sat, Sun]", "8 network.facilities.2.closed_on: found every day of the week, want at most six"),
    ("name: Gorge", "name: Tunnel", "20 network.dead_zones.1.name: 'Tunnel' is there twice, first at network.dead_zones.0"),
    ("name: Gorge", "name: ''", "20 network.dead_zones.1.name: found an empty text, want a name"),
    ("radius: 800 m", "radius: 0 m", "19 network.dead_zones.0.radius: found '0 m', want a distance from 1 m to 40000 km"),
    ('["21:00", "24:00"]', '["21:00", "24:00", "21:00"]', "15 network.lanes.2.departs.2: found '21:00', the same as network.lanes.2.departs.0, want each time once"),
    ('["21:00", "24:00"]', '["00:00", "24:00"]', "15 network.lanes.2.departs.1: found '24:00', the same as network.lanes.2.departs.0, want each time once"),
    ('["03:30", "04:15"]', '["03:30", "03:30"]', "15 network.lanes.2.departs_back.1: found '03:30', the same as network.lanes.2.departs_back.0, want each time once"),
    ("distance: 25 km", "distance: 0 km", "13 network.lanes.0.distance: found '0 km', want a distance from 1 m to 40000 km"),
    ("share: 5%, factor: 2", "share: 0%, factor: 2", "17 network.weather.0.share: found '0%', want a share above 0%"),
    ("timezone: Europe/Berlin", "timezone: Europe/Berlyn", "25 demand.timezone: unknown time zone 'Europe/Berlyn'; did you mean 'Europe/Berlin'?"),
    ("timezone: Europe/Berlin", f"by_hour: {[0] * 24}", "25 demand.by_hour: found nothing but 0, want at least one number above it"),
    ("timezone: Europe/Berlin", f"by_weekday: {[0] * 7}", "25 demand.by_weekday: found nothing but 0, want at least one number above it"),
    (PEAK, "after: 3 h, until: 2 h, factor: 3", "26 demand.peaks.0.after: found '3 h', want less than until, 2 h"),
    (PEAK, "after: 6 h, until: 7 h, factor: 3", "26 demand.peaks.0.after: found '6 h', want less than the demand's until, 6 h"),
    ("factor: 3, tenant: acme", "factor: 3, tenant: acne", "26 demand.peaks.0.tenant: unknown tenant 'acne'; did you mean 'acme'? one of: acme, globex"),
    ("break_after: 270 min", "break_after: 10 h", "29 fleet.break_after: found '10 h', want at most driving_max, 9 h"),
    ("break_after: 270 min", "break_after: 9 min", "29 fleet.break_after: found '9 min', want at least the time of one stop with the way to it, 10 min"),
    ("range: 300 km", "range: 19 km", "30 fleet.range: found '19 km', want a distance from 20 km to 40000 km"),
    ("range: 300 km", "leg_time: 1 h\n  range: 64 km", "31 fleet.range: found '64 km', want at least the way to the farthest door and back, 65 km"),
    ("lat: 52.5, lon: 13.2, region: hills, depot", "lat: 54.5, lon: 13.2, region: hills, depot", "30 fleet.range: found '300 km', want at least the way from 'WEST' to its locker 'BOX' and back, 579 km"),
    (STOP, "0 s", "28 fleet.stop_time: found '0 s', want a duration from 1 s to 366 d"),
    (STOP, "{kind: exponential, mean: 10 ms}", "28 fleet.stop_time: found a mean of 10 ms, want one from 1 s to 366 d"),
    ("mean: 5 h", "mean: 9999 d", "40 disruptions.7.hold: found a mean of 1439910 min, want one from 0 s to 366 d"),
    (STOP, "{kind: gamma, mean: 0 s, shape: 6}", "28 fleet.stop_time.mean: found '0 s', want more than 0"),
    ("scale: 90 s", "scale: 0 s", "42 producers.driver_app.clock_error.scale: found '0 s', want more than 0"),
    ("median: 2 kg", "median: 0 kg", "21 tenants.0.parcel.median: found '0 kg', want more than 0"),
    ("median: 2 kg", "median: 11000 kg", "21 tenants.0.parcel: found a mean of 16492328 g, want one from 1 g to 10000 kg"),
    ("parcel: {kind: log_normal, median: 2 kg, sigma: 0.9}", "parcel: 0 g", "21 tenants.0.parcel: found '0 g', want a mass from 1 g to 10000 kg"),
    ("0%: 10 min, 50%", "10%: 10 min, 50%", "31 fleet.repair_time.at: found '10%' to '100%', want quantiles from 0% to 100%"),
    ("100%: 5 h", "99%: 5 h", "31 fleet.repair_time.at: found '0%' to '99%', want quantiles from 0% to 100%"),
    ("50%: 1 h, 100%", "50%: 1 h, 40%: 2 h, 100%", "31 fleet.repair_time.at.40%: found '40%' after '50%', want shares to rise"),
    ("50%: 1 h, 100%", "50%: 9 min, 100%", "31 fleet.repair_time.at.50%: found '9 min', want at least the 10 min of '0%', since quantiles rise"),
    ("share: 90%, distribution: 1 h}, {share: 10%", "share: 100%, distribution: 1 h}, {share: 0%", "40 disruptions.7.hold.of.1.share: found '0%', want a share above 0%"),
    ("share: 90%, dist", "share: 80%, dist", "40 disruptions.7.hold.of: found shares of 90% in all, want 100%"),
    ("distribution: {kind: exponential, mean: 5 h}", "distribution: {kind: exponential, mean: 0 h}", "40 disruptions.7.hold.of.1.distribution.mean: found '0 h', want more than 0"),
    ("facility: BOX, after", "facility: BOC, after", "33 disruptions.0.facility: unknown facility 'BOC'; did you mean 'BOX'? one of: BOX, DOCK, EAST, HUB, WEST"),
    ("between: [HUB, EAST], after", "between: [HUB, WEST], after", "34 disruptions.1.between: there is no lane between 'HUB' and 'WEST'; from 'HUB' they go to: DOCK, EAST"),
    ("between: [HUB, EAST], after", "between: [HUB, EASTT], after", "34 disruptions.1.between.1: unknown facility 'EASTT'; did you mean 'EAST'? one of: BOX, DOCK, EAST, HUB, WEST"),
    ("between: [EAST, HUB], hold", "between: [EAST, DOCK], hold", "40 disruptions.7.between: there is no lane between 'EAST' and 'DOCK'; from 'EAST' they go to: HUB"),
    ("kind: storm, region: hills", "kind: storm, region: hill", "35 disruptions.2.region: unknown region 'hill'; did you mean 'hills'? one of: hills, plain"),
    ("kind: strike, facility: EAST", "kind: strike, facility: HUB", "36 disruptions.3.facility: 'HUB' is a hub, want a depot"),
    ("kind: strike, facility: EAST, share: 50%", "kind: strike, facility: EAST, share: 0%", "36 disruptions.3.share: found '0%', want a share above 0%"),
    ("share: 30%, facility: WEST", "share: 0%, facility: WEST", "37 disruptions.4.share: found '0%', want a share above 0%"),
    ("share: 30%, facility: WEST", "share: 30%, facility: WST", "37 disruptions.4.facility: unknown facility 'WST'; did you mean 'WEST'? one of: EAST, WEST"),
    ("factor: 4, tenant: globex", "factor: 4, tenant: glob", "38 disruptions.5.tenant: unknown tenant 'glob'; did you mean 'globex'? one of: acme, globex"),
    ("facility: HUB, speed", "facility: DOCK, speed", "39 disruptions.6.facility: 'DOCK' is a cross_dock, want a depot or hub"),
    ("speed: 20%", "speed: 0%", "39 disruptions.6.speed: found '0%', want a speed above 0%"),
    ("region: hills, after: 1 h, until: 2 h", "region: hills, after: 2 h, until: 2 h", "35 disruptions.2.after: found '2 h', want less than until, 2 h"),
    ("region: hills, after: 1 h, until: 2 h", "region: hills, after: 12 h, until: 20 h", "35 disruptions.2.after: found '12 h', want less than the scenario's duration, 12 h"),
    ("crash_every: 5 h", "restart_time: 0 s\n    crash_every: 59 s", "45 producers.telematics_gateway.crash_every: found '59 s', want a duration from 1 min to 366 d"),
    ("crash_every: 5 h", "crash_every: 90 s", "44 producers.telematics_gateway.crash_every: found '90 s', want more than restart_time, 90 s"),
    ("crash_every: 5 h", "checkpoint_every: 0 s", "44 producers.telematics_gateway.checkpoint_every: found '0 s', want a duration from 1 s to 366 d"),
    ("wrong_clock: 5%", "retry_after: 0 s", "42 producers.driver_app.retry_after: found '0 s', want a duration from 1 ms to 366 d"),
    ("wrong_clock: 5%, clock_error: {kind: weibull, scale: 90 s, shape: 0.8}}", "wrong_clock: 5%}\n  carrier_feed: {file_every: 0 s}", "43 producers.carrier_feed.file_every: found '0 s', want a duration from 1 s to 366 d"),
    ("range: 300 km", "breakdown_every: 0 s", "30 fleet.breakdown_every: found '0 s', want a duration from 1 min to 366 d"),
    ("field: speed_kmh, ", "", f"46 producers.telematics_gateway.firmware.0.field: unknown number of vehicle.telemetry ''; one of: {NUMBERS}"),
    ("field: speed_kmh", "field: speed_kmph", f"46 producers.telematics_gateway.firmware.0.field: unknown number of vehicle.telemetry 'speed_kmph'; did you mean 'speed_kmh'? one of: {NUMBERS}"),
    ("change: break_type", "change: add_field", "46 producers.telematics_gateway.firmware.0.field: vehicle.telemetry has a field 'speed_kmh' already; add_field wants a new name"),
    ("change: repair", "change: repair, field: speed_kmh", "47 producers.telematics_gateway.firmware.1.field: found 'speed_kmh', want no such key: repair is about no field"),
    ("after: 4 h, until: 4 h", "after: 4 h, until: 3 h", "47 producers.telematics_gateway.firmware.1.until: found '3 h', want at least after, 4 h"),
    ("after: 4 h, until: 4 h", "after: 12 h, until: 13 h", "47 producers.telematics_gateway.firmware.1.after: found '12 h', want less than the scenario's duration, 12 h"),
    ("after: 4 h, until: 4 h", "after: 1 h, until: 2 h", "47 producers.telematics_gateway.firmware.1.until: found '2 h', want more than 2 h, when the first release begins: it would repair nothing"),
    ("      - {change: break_type, field: speed_kmh, after: 2 h, until: 3 h, share: 20%}\n", "", "46 producers.telematics_gateway.firmware.0.change: found 'repair', and no release that it could repair"),
    ("tenant: globex, after: 1 h, until: 2 h", "tenant: globex, after: 6 h, until: 7 h", "38 disruptions.5.after: found '6 h', want less than the demand's until, 6 h, since nobody books after it"),
    (HOT, "{tenant: acm, after: 2 h, until: 3 h}", "48 producers.order_system.hot_keys.0.tenant: unknown tenant 'acm'; did you mean 'acme'? one of: acme, globex"),
    (HOT, "{tenant: acme, after: 3 h, until: 3 h}", "48 producers.order_system.hot_keys.0.after: found '3 h', want less than until, 3 h"),
    (HOT, "{tenant: acme, after: 12 h, until: 13 h}", "48 producers.order_system.hot_keys.0.after: found '12 h', want less than the scenario's duration, 12 h"),
    (HOT, "{tenant: acme, after: 2 h, until: 3 h, key: ''}", "48 producers.order_system.hot_keys.0.key: found an empty text, want the key that the messages get"),
    ("rate: 30/h", "rate: 1300000/h", "23 demand.rate: found 11050000 shipments in 6 h, want at most 10000000"),
    ("rate: 30/h\n  until: 6 h", "rate: 2100000/h\n  until: 2 h", "23 demand.rate: found 4200000 shipments of a tenant in an hour, want at most 4000000"),
]  # fmt: skip


def test_the_scenario_without_the_mistakes_is_good_and_resolves_to_an_equal_one(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD, encoding="utf-8")
    scenario = load(path)
    path.write_text(resolve(scenario), encoding="utf-8")
    assert load(path) == scenario


def test_the_schema_takes_it_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD, encoding="utf-8")
    schema = jsonschema.Draft202012Validator(json.loads(scenario_schema()))
    for text in (GOOD, resolve(load(path))):
        assert [error.message for error in schema.iter_errors(yaml.load(text, Loader=Loader))] == []


@pytest.mark.parametrize(("old", "new", "told"), [*SHAPE, *RULES], ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_alone_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert GOOD.count(old) == 1
    assert mistakes_in(edited(tmp_path, GOOD, old, new)) == [f":{told}"]
