"""What phones and gateways report while vans are out: the legs of all rounds, expanded in columns after the run.

``driver.location`` and ``vehicle.telemetry`` are most of the volume, so a ping is never an object.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sim.arrays import F64, I64, U64
from sim.world.crew import Crew
from sim.world.facts import FactPress, pick
from sim.world.journal import Journal, LegRow, by_column
from sim.world.places import Places, published
from sim.world.shipments import US_PER_H

_JITTER = 0.2
"""Of the interval: a device's timer is not the world's clock."""
_TIME_BITS = 44
"""Microseconds of a run: 2**44 are 203 days."""
_GPS_DEGREES = 0.00008
_SPEED_MAX_KMH = 130.0
_FUEL_PCT_PER_KM = 0.14
_TANK_PCT = 80.0
"""Used between two refuellings."""
_BRAKE_SHARES = (0.002, 0.02, 0.06)
"""Up to how often a reading has three, two or one harsh brakes, with the worst driver."""


@dataclass(frozen=True)
class Pings:
    """Readings by column: when, on which leg, how far along it (0 to 1), and the number that keys their luck."""

    time_us: I64
    leg: I64
    share: F64
    key: U64


@dataclass(frozen=True)
class Legs:
    """All legs, ordered by driver and time, with their length and the kilometres their van had done before."""

    row: LegRow[I64]
    km: F64
    km_before: F64


def measure_legs(journal: Journal, places: Places) -> Legs:
    """Put the journal's legs in order and add up the kilometres."""
    columns = by_column(journal.legs, len(LegRow._fields))
    written: LegRow[I64] = LegRow._make(columns)
    order = np.lexsort((written.end_us, written.start_us, written.driver))
    row: LegRow[I64] = LegRow._make(columns[:, order])
    km = places.road_km(row.origin, row.destination)
    by_van = np.lexsort((row.start_us, row.vehicle))
    run = np.cumsum(km[by_van]) - km[by_van]
    first = np.flatnonzero(np.diff(row.vehicle[by_van], prepend=-1))
    van_begins = np.repeat(run[first], np.diff(first, append=len(run)))
    before = np.empty_like(km)
    before[by_van] = run - van_begins
    return Legs(row, km, before)


def expand(legs: LegRow[I64], interval_us: int, purpose: str, press: FactPress) -> Pings:
    """A reading each interval, from leaving the depot until being back or the end of the run."""
    first = np.flatnonzero((np.diff(legs.driver, prepend=-1) != 0) | (np.diff(legs.departed_us, prepend=-1) != 0))
    last = np.append(first[1:], len(legs.driver))[: len(first)] - 1
    begins, ends = legs.departed_us[first], np.minimum(legs.end_us[last], press.duration_us)
    counts = np.maximum(-((begins - ends) // interval_us), 0)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    due = np.repeat(begins, counts) + nth * interval_us
    driver = np.repeat(legs.driver[first], counts)
    key = (driver << _TIME_BITS | due).astype(np.uint64)
    time_us = due + (press.rng.uniform(purpose, key) * interval_us * _JITTER).astype(np.int64)
    inside = time_us < np.repeat(ends, counts)
    time_us, driver, key = time_us[inside], driver[inside], key[inside]
    places_on = legs.driver << _TIME_BITS | legs.start_us
    leg = np.searchsorted(places_on, driver << _TIME_BITS | time_us, side="right") - 1
    share = (time_us - legs.start_us[leg]) / (legs.end_us[leg] - legs.start_us[leg])
    return Pings(time_us, leg, share, key)


def _way_done(share: F64) -> F64:
    """Vans gather speed and slow down again: half a wave of the cosine."""
    return np.asarray((1 - np.cos(np.pi * share)) / 2)


def locations(press: FactPress, legs: Legs, places: Places, crew: Crew, interval_us: int) -> pa.Table:
    """``driver.location``."""
    row = legs.row
    pings = expand(row, interval_us, "location/time", press)
    start, end, done = row.origin[pings.leg], row.destination[pings.leg], _way_done(pings.share)
    off = [_GPS_DEGREES * (2 * press.rng.uniform("location/gps", pings.key, draw) - 1) for draw in range(2)]
    lat, lon = published(
        places.lat[start] + done * (places.lat[end] - places.lat[start]) + off[0],
        places.lon[start] + done * (places.lon[end] - places.lon[start]) + off[1],
    )
    columns = {
        "driver_id": pick(crew.driver_ids, row.driver[pings.leg]),
        "vehicle_id": pick(crew.vehicle_ids, row.vehicle[pings.leg]),
        "geo_lat": pa.array(lat),
        "geo_lon": pa.array(lon),
    }
    return press.table("driver.location", pings.time_us, columns)


def _speed_kmh(legs: Legs, pings: Pings) -> F64:
    hours = (legs.row.end_us - legs.row.start_us)[pings.leg] / US_PER_H
    mean = legs.km[pings.leg] / hours
    return np.asarray(np.minimum(mean * np.pi / 2 * np.sin(np.pi * pings.share), _SPEED_MAX_KMH))


def _harsh_brakes(press: FactPress, drivers: I64, pings: Pings, speed_kmh: F64) -> I64:
    temper = press.rng.uniform("driver/temper", np.arange(drivers.max(initial=0) + 1))[drivers]
    luck = press.rng.uniform("telemetry/brakes", pings.key)
    brakes = sum((luck < share * temper).astype(np.int64) for share in _BRAKE_SHARES)
    return np.where(speed_kmh > 0, brakes, 0)


def telemetry(press: FactPress, legs: Legs, crew: Crew, interval_us: int) -> pa.Table:
    """``vehicle.telemetry``: every other van has the new gateway, which also reads the battery."""
    pings = expand(legs.row, interval_us, "telemetry/time", press)
    van, driver = legs.row.vehicle[pings.leg], legs.row.driver[pings.leg]
    vans = np.arange(len(crew.vehicle_ids))
    km = legs.km_before[pings.leg] + _way_done(pings.share) * legs.km[pings.leg]
    used_pct = press.rng.uniform("vehicle/fuel", vans)[van] * _TANK_PCT + km * _FUEL_PCT_PER_KM
    speed_kmh = _speed_kmh(legs, pings)
    battery_pct = (
        72
        + 20 * press.rng.uniform("vehicle/battery", vans)[van]
        + 8 * press.rng.uniform("telemetry/battery", pings.key)
    )
    new = van % 2 == 1
    columns = {
        "event_version": pa.array(np.where(new, 2, 1)),
        "vehicle_id": pick(crew.vehicle_ids, van),
        "driver_id": pick(crew.driver_ids, driver),
        "speed_kmh": pa.array(np.round(speed_kmh, 1)),
        "harsh_brakes": pa.array(_harsh_brakes(press, driver, pings, speed_kmh)),
        "odometer_km": pa.array(np.round(5000 + 145_000 * press.rng.uniform("vehicle/odometer", vans)[van] + km, 3)),
        "fuel_pct": pa.array(np.round(100 - used_pct % _TANK_PCT, 1)),
        "battery_pct": pa.array(np.round(battery_pct, 1), mask=~new),
        "temperature_c": pa.nulls(len(van), pa.float64()),
    }
    return press.table("vehicle.telemetry", pings.time_us, columns)
