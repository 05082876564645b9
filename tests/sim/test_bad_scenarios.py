"""Each mistake in a scenario file is told with its line, what was found and what is allowed."""

# ruff: noqa: E501 (a table reads better with one case to a line)

from pathlib import Path

import pytest
from mistakes import edited, mistakes_in

from sim.scenario_file import load

GOOD = """\
name: good
start: 2026-03-02T04:00:00Z
duration: 12 h
network:
  facilities:
    - {id: HUB, name: Hub, kind: hub, lat: 52.4, lon: 13.3}
    - {id: EAST, name: East, kind: depot, lat: 52.5, lon: 13.4, timezone: Europe/Berlin}
    - {id: WEST, name: West, kind: depot, lat: 52.5, lon: 13.2}
  carriers:
    - {code: NORD, name: Nordlinie}
  lanes:
    - {between: [EAST, HUB], carrier: NORD, travel_time: 30 min}
    - {between: [WEST, HUB], carrier: NORD, travel_time: 30 min}
tenants:
  - {id: acme}
demand: {rate: 30/h, until: 6 h}
fleet: {vans_per_depot: 3}
faults:
  - {kind: delay, share: 5%, longest: 10 min}
  - {kind: offline, share: 5%, shortest: 1 min, longest: 10 min}
  - {kind: drift, change: add_field, event_type: facility.scan, field: battery, share: 5%}
"""
PRODUCERS = "carrier_feed, driver_app, facility_system, hand_scanner, order_system, telematics_gateway"
TYPES = (
    "driver.location, driver.status.changed, facility.capacity.changed, facility.scan, shipment.created, "
    "shipment.eta.updated, shipment.status.changed, vehicle.telemetry"
)

SHAPE = [
    ("kind: delay", "kind: dely", "19 faults.0: unknown kind 'dely'; did you mean 'delay'? one of: clock_skew, corrupt, delay, drift, drop, duplicate, hotspot, offline, poison, replay, window_edge"),
    ("kind: delay, ", "", "19 faults.0: missing key 'kind', which is one of: clock_skew, corrupt, delay, drift, drop, duplicate, hotspot, offline, poison, replay, window_edge"),
    ("- {kind: delay, share: 5%, longest: 10 min}", "- delay", "19 faults.0: found 'delay', want keys and values, with the key 'kind'"),
    ("rate: 30/h", "rate: 30 per hour", "16 demand.rate: found '30 per hour', want a rate such as 2/s, 30/min, 120/h or 500/d"),
    ("rate: 30/h", "rate: 30", "16 demand.rate: found 30, want a rate such as 2/s, 30/min, 120/h or 500/d"),
    ("duration: 12 h", "duration: 12 hours", "3 duration: found '12 hours', want a duration such as 500 ms, 90 s, 15 min, 8 h or 2 d"),
    ("duration: 12 h", "duration: -12 h", "3 duration: found '-12 h', want a duration such as 500 ms, 90 s, 15 min, 8 h or 2 d"),
    ("share: 5%, longest: 10 min}", "share: 105%, longest: 10 min}", "19 faults.0.share: found '105%', want a share from 0% to 100%, such as 2.5%"),
    ("lon: 13.2}", 'lon: 13.2, open: "22:00-06:00"}', "8 network.facilities.2.open: found '22:00-06:00', want opening hours such as 06:00-22:00, the first before the second"),
    ("vans_per_depot", "van_per_depot", "17 fleet: unknown key 'van_per_depot'; did you mean 'vans_per_depot'?"),
    ("lat: 52.4, ", "", "6 network.facilities.0: missing key 'lat', which is a number from -90 to 90"),
    ("name: good\n", "", "1: missing key 'name', which is up to 32 letters, digits, _ and -, as in BER-2"),
    ("name: good", "name: good\nname: better", "2: the key 'name' is there twice, first on line 1"),
    ("vans_per_depot: 3", "vans_per_depot: three", "17 fleet.vans_per_depot: found 'three', want a whole number of at least 1"),
    ("vans_per_depot: 3", "vans_per_depot: 0", "17 fleet.vans_per_depot: found 0, want a whole number of at least 1"),
    ("vans_per_depot: 3", "vans_per_depot: 2.5", "17 fleet.vans_per_depot: found 2.5, want a whole number of at least 1"),
    ("vans_per_depot: 3", "vans_per_depot: yes", "17 fleet.vans_per_depot: found 'yes', want a whole number of at least 1"),
    ("lat: 52.4", "lat: 99", "6 network.facilities.0.lat: found 99, want a number from -90 to 90"),
    ("{id: acme}", "{id: acme, weight: .inf}", "15 tenants.0.weight: found '.inf', want a number above 0"),
    ("{id: acme}", "{id: acme, weight: 1e999}", "15 tenants.0.weight: found '1e999', want a number above 0"),
    ("{id: acme}", "{id: 7}", "15 tenants.0.id: found 7, want up to 32 letters, digits, _ and -, as in BER-2; put it in quotes"),
    ("{id: acme}", "{id: Ünited}", "15 tenants.0.id: found 'Ünited', want up to 32 letters, digits, _ and -, as in BER-2"),
    ("  - {id: acme}", "  []", "15 tenants: found an empty list, want a list of 1 to 256"),
    ("[EAST, HUB]", "[EAST]", "12 network.lanes.0.between: found a list of 1, want a list of 2"),
    ("[EAST, HUB]", "EAST-HUB", "12 network.lanes.0.between: found 'EAST-HUB', want a list of 2"),
    ("fleet: {vans_per_depot: 3}", "fleet:", "17 fleet: found nothing, want keys and values, with the keys drivers_per_depot, vans_per_depot, shift_starts, shift_length, break_after, break_length, driving_max, stops_per_round, stop_time, leg_time, failed_attempt, max_attempts, location_interval, telemetry_interval, breakdown_every, repair_time, range, fill_up_time, chilled_vans"),
    ("kind: depot, lat: 52.5, lon: 13.2", "kind: depott, lat: 52.5, lon: 13.2", "8 network.facilities.2.kind: unknown value 'depott'; did you mean 'depot'? one of: cross_dock, depot, hub, locker"),
    ("longest: 10 min}\n  - {kind: off", "longest: 10 min, producers: [driverapp]}\n  - {kind: off", f"19 faults.0.producers.0: unknown value 'driverapp'; did you mean 'driver_app'? one of: {PRODUCERS}"),
    ("start: 2026-03-02T04:00:00Z", "start: 2026-03-02", "2 start: found '2026-03-02', want a time with its offset from UTC, such as 2026-03-02T04:00:00Z"),
    ("start: 2026-03-02T04:00:00Z", "start: 2026-03-02T04:00:00", "2 start: found '2026-03-02T04:00:00', want a time with its offset from UTC, such as 2026-03-02T04:00:00Z"),
    ("name: good", "name: !!python/name:os.system", "1 name: found the tag 'tag:yaml.org,2002:python/name:os.system', want plain values without tags"),
    ("vans_per_depot: 3", "vans_per_depot: " + "9" * 5000, "17 fleet.vans_per_depot: found '" + "9" * 60 + "...', want a whole number of at least 1"),
]  # fmt: skip

AMONG_OTHERS = [
    ("demand: {rate: 30/h, until: 6 h}", "demand: {<<: {rate: 30/h}, until: 6 h}", "16 demand: unknown key '<<'; one of: by_hour, by_weekday, peaks, promise_express, promise_standard, rate, timezone, until"),
    ("[EAST, HUB]", "[EAS, HUB]", "12 network.lanes.0.between.0: unknown facility 'EAS'; did you mean 'EAST'? one of: EAST, HUB, WEST"),
    ("carrier: NORD, travel_time: 30 min}\ntenants", "carrier: NORT, travel_time: 30 min}\ntenants", "13 network.lanes.1.carrier: unknown carrier 'NORT'; did you mean 'NORD'? one of: NORD"),
    ("fleet:", "platform: {allowed_lateness_of: [{event_type: facility.scam, allowed: 1 h}]}\nfleet:", f"17 platform.allowed_lateness_of.0.event_type: unknown event type 'facility.scam'; did you mean 'facility.scan'? one of: {TYPES}"),
    ("fleet:", "platform: {allowed_lateness_of: [{event_type: facility.scan, allowed: 1 h}, {event_type: facility.scan, allowed: 2 h}]}\nfleet:", "17 platform.allowed_lateness_of.1.event_type: 'facility.scan' is there twice, first at platform.allowed_lateness_of.0"),
    ("id: WEST", "id: EAST", "8 network.facilities.2.id: 'EAST' is there twice, first at network.facilities.1"),
    ("- {id: acme}", "- {id: acme}\n  - {id: acme}", "16 tenants.1.id: 'acme' is there twice, first at tenants.0"),
    ("- {code: NORD, name: Nordlinie}", "- {code: NORD, name: N}\n    - {code: NORD, name: M}", "11 network.carriers.1.code: 'NORD' is there twice, first at network.carriers.0"),
    ("Europe/Berlin", "Europe/Berlyn", "7 network.facilities.1.timezone: unknown time zone 'Europe/Berlyn'; did you mean 'Europe/Berlin'?"),
    ("{code: NORD, name: Nordlinie}", "{code: NORD, name: N, renamed: [{after: 2 h, name: M}, {after: 1 h, name: O}]}", "10 network.carriers.0.renamed.1.after: found '1 h', want more than that of the rename before, 2 h"),
    ("kind: hub", "kind: depot", "6 network.facilities: found no hub, want at least one facility of kind: hub"),
    ("[WEST, HUB]", "[WEST, EAST]", "8 network.facilities.2: depot 'WEST' has no lane to a hub or cross-dock; these are: HUB"),
    ("[WEST, HUB]", "[WEST, WEST]", "13 network.lanes.1.between: found 'WEST' at both ends, want two facilities"),
    ("[WEST, HUB]", "[HUB, EAST]", "13 network.lanes.1.between: the lane is there twice, first at network.lanes.0"),
    ("  carriers:", "    - {id: FAR, name: Far, kind: hub, lat: 1, lon: 1}\n  carriers:", "9 network.facilities.3: hub 'FAR' has no route over hubs and cross-docks to hub 'HUB'"),
    ("until: 6 h", "until: 48 h", "16 demand.until: found '48 h', want at most the scenario's duration, 12 h"),
    ("until: 6 h", "until: 13 h", "16 demand.until: found '13 h', want at most the scenario's duration, 12 h"),
    ("rate: 30/h", "rate: 0/h", "16 demand.rate: found '0/h', want a rate above 0/h"),
    ("rate: 30/h", "rate: 99999/s", "16 demand.rate: found 2159978400 shipments in 6 h, want at most 10000000"),
    ("vans_per_depot: 3", "location_interval: 0 s", "17 fleet.location_interval: found '0 s', want a duration from 1 s to 366 d"),
    ("duration: 12 h", "duration: 999 d", "3 duration: found '999 d', want a duration from 1 min to 366 d"),
    ("start: 2026", "start: 1026", "2 start: found 1026-03-02, want a day from 2000-01-01 to 2099-12-31"),
    ("event_type: facility.scan", "event_type: facility.scam", f"21 faults.2.event_type: unknown event type 'facility.scam'; did you mean 'facility.scan'? one of: {TYPES}"),
    ("field: battery", "field: scan_type", "21 faults.2.field: facility.scan has a field 'scan_type' already; add_field wants a new name"),
    ("field: battery", "field: a b", "21 faults.2.field: found 'a b', want the name of a field: up to 64 letters, digits and _"),
    ("add_field", "break_type", "21 faults.2.event_type: facility.scan has no required number that break_type could break"),
    ("add_field, event_type: facility.scan, field: battery", "break_type, event_type: driver.location, field: geo.lot", "21 faults.2.field: unknown number of driver.location 'geo.lot'; did you mean 'geo.lon'? one of: geo.lat, geo.lon"),
    ("kind: delay, share: 5%, longest: 10 min", "kind: duplicate, copy: new_id, share: 5%, producers: [hand_scanner]", "19 faults.0.producers: found none that sends shipment.status.changed, which copy: new_id is for; want one of: order_system, driver_app, carrier_feed"),
    ("share: 5%}\n", "share: 5%, producers: [order_system]}\n", "21 faults.2.producers: found none that sends facility.scan; want one of: hand_scanner"),
    ("share: 5%}\n", "share: 5%, after: 12 h}\n", "21 faults.2.after: found '12 h', want less than the scenario's duration, 12 h, since this fault would never fire"),
    ("longest: 10 min}\n  - {kind: drift", "longest: 10 min, after: 48 h}\n  - {kind: drift", "20 faults.1.after: found '48 h', want less than the scenario's duration, 12 h, since this fault would never fire"),
    ("kind: delay, share: 5%, longest: 10 min", "kind: hotspot, share: 5%, after: 100 h", "19 faults.0.after: found '100 h', want less than the scenario's duration, 12 h, since this fault would never fire"),
    ("shortest: 1 min", "shortest: 1 h", "20 faults.1.shortest: found '1 h', want at most the longest, 10 min"),
    ("share: 5%, longest: 10 min}\n  - {kind: off", "share: 5%, longest: 10 min, producers: []}\n  - {kind: off", "19 faults.0.producers: found an empty list, want at least one producer, or no such key for all of them"),
    ("kind: delay, share: 5%", "kind: delay, share: 0%", "19 faults.0.share: found '0%', want a share above 0%, since this fault would never fire"),
    ("kind: delay, share: 5%, longest: 10 min", "kind: hotspot, share: 5%, after: 2 h, until: 1 h", "19 faults.0.after: found '2 h', want less than until, 1 h"),
]  # fmt: skip

NO_SCENARIO = [
    (b"", ": the file is empty; `sim init DIR` writes a scenario to start from"),
    (b"# nothing but a comment\n", ": the file is empty; `sim init DIR` writes a scenario to start from"),
    (b"\x7fELF\0\0\1", ": found a binary file, want YAML as UTF-8 text"),
    (b"name: a\ndescription: M\xfcnchen\n", ":2: found byte 0xfc, want UTF-8 text"),
    (b"name: a\nstart: [1, 2\n", ":3: not YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"),
    (b"name: a\n\tstart: 1\n", ":2: not YAML: while scanning for the next token, found character '\\t' that cannot start any token"),
    (b"name: a\x07\n", ":1: not YAML: the character U+0007 is not allowed"),
    (b"name: a\n---\nname: b\n", ":2: not YAML: expected a single document in the stream, but found another document"),
    (b"[" * 5000, ": not a scenario: nested too deep"),
    (b"- a\n", ":1: found a list of 1, want keys and values, with the keys name, description, seed, start, duration, network, tenants, demand, fleet, disruptions, producers, platform, faults"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), SHAPE + AMONG_OTHERS)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert f":{told}" in mistakes_in(edited(tmp_path, GOOD, old, new))


@pytest.mark.parametrize(("old", "new", "told"), SHAPE)
def test_a_mistake_of_shape_is_told_alone(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert mistakes_in(edited(tmp_path, GOOD, old, new)) == [f":{told}"]


def test_the_good_scenario_is_good(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load(path).name == "good"


@pytest.mark.parametrize(("content", "told"), NO_SCENARIO)
def test_what_is_no_scenario_at_all(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert mistakes_in(path) == [told]


def test_all_mistakes_are_told_at_once_in_order_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD.replace("30/h", "30").replace("kind: delay", "kind: dely").replace("12 h", "12", 1))
    lines = [told.split()[0] for told in mistakes_in(path)]
    assert lines == [":3", ":16", ":19"]


def test_names_are_offered_once_though_one_is_there_twice(tmp_path: Path) -> None:
    told = ":13 network.lanes.1.between.0: unknown facility 'WEST'; did you mean 'EAST'? one of: EAST, HUB"
    assert told in mistakes_in(edited(tmp_path, GOOD, "id: WEST", "id: EAST"))


def test_missing_file_and_directory(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path / "gone.yaml") == [": there is no such file"]
    assert mistakes_in(tmp_path) == [": found a folder, want a scenario file"]


def test_a_node_that_holds_itself_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    path = edited(tmp_path, GOOD, "faults:\n", "faults: &me\n  - *me\n")
    assert mistakes_in(path) == [":18 faults.0: found a list of 4, want keys and values, with the key 'kind'"]
