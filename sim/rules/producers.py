"""Rules for producers: releases that can be installed, hot keys of tenants that exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.errors import unknown
from sim.rules.fields import broken_field
from sim.rules.place import Broken
from sim.rules.stretches import broken_stretches
from sim.scenario import Scenario
from sim.scenario_parts.producers import CarrierFeed, Firmware, TelematicsGateway

_REPORTED = "vehicle.telemetry"
_FIRMWARE = ("producers", "telematics_gateway", "firmware")
_HOT_KEYS = ("producers", "order_system", "hot_keys")


def broken_producers(scenario: Scenario) -> Iterator[Broken]:
    """Mechanisms that would do nothing, or not what they say."""
    yield from _hot_keys(scenario)
    yield from _bursts(scenario)
    yield from _files(scenario.producers.carrier_feed)
    yield from _crashes(scenario.producers.telematics_gateway)
    releases = scenario.producers.telematics_gateway.firmware
    for i, release in enumerate(releases):
        for path, message in (*_when(release, scenario), *_field(release), *_repairs(release, releases)):
            yield (*_FIRMWARE, i, *path), message


def _bursts(scenario: Scenario) -> Iterator[Broken]:
    if scenario.producers.driver_app.lost_in_burst.of_one and not scenario.network.dead_zones:
        path = ("producers", "driver_app", "lost_in_burst")
        yield path, "there are no bursts: want a network with dead_zones, which hide phones"


def _files(feed: CarrierFeed) -> Iterator[Broken]:
    for name in ("file_again", "yesterdays_file"):
        if feed.file_every is None and getattr(feed, name).of_one:
            yield ("producers", "carrier_feed", name), "there are no files: want file_every beside it, such as 1 h"


def _crashes(gateway: TelematicsGateway) -> Iterator[Broken]:
    if gateway.crash_every and gateway.crash_every.us <= gateway.restart_time.us:
        path = ("producers", "telematics_gateway", "crash_every")
        yield (
            path,
            f"found '{gateway.crash_every.written}', want more than restart_time, {gateway.restart_time.written}",
        )


def _hot_keys(scenario: Scenario) -> Iterator[Broken]:
    tenants = [tenant.id for tenant in scenario.tenants]
    hot_keys = scenario.producers.order_system.hot_keys
    yield from broken_stretches(hot_keys, _HOT_KEYS, scenario.duration, "the scenario's duration")
    for i, hot in enumerate(hot_keys):
        if hot.tenant not in tenants:
            yield (*_HOT_KEYS, i, "tenant"), unknown("tenant", hot.tenant, tenants)
        if not hot.key:
            yield (*_HOT_KEYS, i, "key"), "found an empty text, want the key that the messages get"


def _when(release: Firmware, scenario: Scenario) -> Iterator[Broken]:
    after, until, duration = release.after, release.until, scenario.duration
    if until.us < after.us:
        yield ("until",), f"found '{until.written}', want at least after, {after.written}"
    if after.us >= duration.us:
        yield ("after",), f"found '{after.written}', want less than the scenario's duration, {duration.written}"


def _repairs(release: Firmware, releases: Sequence[Firmware]) -> Iterator[Broken]:
    """A repair ends what its gateway had installed before it: there must be something that can come before it."""
    if release.change != "repair":
        return
    others = [other for other in releases if other.change != "repair"]
    if not others:
        yield ("change",), "found 'repair', and no release that it could repair"
        return
    first = min(others, key=lambda other: other.after.us)
    if first.after.us >= release.until.us >= release.after.us:
        wanted = f"want more than {first.after.written}, when the first release begins: it would repair nothing"
        yield ("until",), f"found '{release.until.written}', {wanted}"


def _field(release: Firmware) -> Iterator[Broken]:
    if release.change in ("add_field", "break_type"):
        yield from broken_field(release.change, _REPORTED, release.field)
    elif release.field:
        yield ("field",), f"found '{release.field}', want no such key: {release.change} is about no field"
