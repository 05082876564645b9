"""What phones and gateways report while vans are out: the legs of a slice's rounds, expanded in columns.

``driver.location`` and ``vehicle.telemetry`` are most of the volume, so a ping is never an object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim.arrays import F64, I64, U64
from sim.facts import Facts
from sim.world.cargo import standing, temperatures_c
from sim.world.fact_columns import in_order, luck_of, made, text
from sim.world.journal import LegRow
from sim.world.places import coordinates, published, way_done
from sim.world.rates import US_PER_H

if TYPE_CHECKING:
    from sim.world.cast import Cast

_JITTER = 0.2
"""Of the interval: a device's timer is not the world's clock."""
_ROUND_US_BITS = 46
_SAME_US = 64
"""Readings that are due closer than this to the end of a round are left out: the next begins with one of its own."""
_GPS_DEGREES = 0.00008
_SPEED_MAX_KMH = 130.0
_BRAKE_SHARES = (0.002, 0.02, 0.06)
"""Up to how often a reading has three, two or one harsh brakes, with the worst driver."""


@dataclass(frozen=True)
class Rounds:
    """The legs of whole rounds, by driver and time, and the row of each round's first; ``of`` is each leg's round."""

    legs: LegRow[I64]
    first: I64
    of: I64


@dataclass(frozen=True)
class Pings:
    """Readings by column, in order: when, on which leg, how far through its time (0 to 1), and what keys their luck."""

    time_us: I64
    leg: I64
    share: F64
    luck: U64
    words: tuple[U64, ...]
    """Three more random words of 32 bits each."""


def rounds_of(written: LegRow[I64]) -> Rounds:
    """Put a slice's legs in order."""
    order = np.lexsort((written.end_us, written.start_us, written.departed_us, written.driver))
    legs: LegRow[I64] = LegRow._make(column[order] for column in written)
    begins = (np.diff(legs.driver, prepend=-1) != 0) | (np.diff(legs.departed_us, prepend=-1) != 0)
    return Rounds(legs, np.flatnonzero(begins), np.cumsum(begins) - 1)


def _due(rounds: Rounds, interval_us: int, duration_us: int) -> tuple[I64, I64, I64]:
    """Of each reading: its round, when it is due, and when the round or the run is over."""
    legs, first = rounds.legs, rounds.first
    ends = np.minimum(np.maximum.reduceat(legs.end_us, first) if len(first) else first, duration_us)
    begins = legs.departed_us[first]
    counts = np.maximum(-((begins + _SAME_US - ends) // interval_us), 0)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    which = np.repeat(np.arange(len(first)), counts)
    return which, begins[which] + nth * interval_us, ends[which]


def expand(cast: Cast, rounds: Rounds, interval_us: int, purpose: str) -> Pings:
    """A reading each interval, from leaving the depot until being back or the end of the run."""
    legs = rounds.legs
    which, due, ends = _due(rounds, interval_us, cast.scenario.duration.us)
    luck = luck_of(legs.driver[rounds.first[which]], due)
    jitter, *words = cast.rng.words(purpose, luck)
    time_us = due + (jitter * (2.0**-32 * _JITTER * interval_us)).astype(np.int64)
    order = in_order(cast, np.where(time_us < ends, time_us, cast.scenario.duration.us), luck)
    which, time_us = which[order], time_us[order]
    departed = legs.departed_us[rounds.first]
    ways = rounds.of << _ROUND_US_BITS | (legs.start_us - departed[rounds.of])
    leg = np.searchsorted(ways, which << _ROUND_US_BITS | (time_us - departed[which]), side="right") - 1
    share = (time_us - legs.start_us[leg]) / np.maximum(legs.end_us[leg] - legs.start_us[leg], 1)
    return Pings(time_us, leg, np.clip(share, 0.0, 1.0), luck[order], tuple(word[order] for word in words))


def locations(cast: Cast, rounds: Rounds) -> Facts:
    """``driver.location``."""
    legs = rounds.legs
    pings = expand(cast, rounds, cast.scenario.fleet.location_interval.us, "location/ping")
    begin, end = (
        coordinates(cast, place, shipment)
        for place, shipment in ((legs.origin, legs.origin_shipment), (legs.destination, legs.destination_shipment))
    )
    done = way_done(pings.share)
    lat, lon = (
        here[pings.leg] + done * (there - here)[pings.leg] + _GPS_DEGREES * (word * 2.0**-31 - 1)
        for here, there, word in zip(begin, end, pings.words, strict=False)
    )
    lat, lon = published(lat, lon)
    driver = legs.driver[pings.leg]
    columns = {
        "driver_id": text(cast.crew.driver_ids, driver),
        "vehicle_id": text(cast.crew.vehicle_ids, legs.vehicle[pings.leg]),
        "geo_lat": pa.array(lat),
        "geo_lon": pa.array(lon),
    }
    home = np.array(cast.crew.driver_depots, np.int64)[driver]
    return made(cast, "driver.location", pings.time_us, pings.luck, columns, actor=driver, facility=home)


def _speeds_kmh(legs: LegRow[I64], pings: Pings) -> F64:
    hours = np.maximum(legs.end_us - legs.start_us, 1) / US_PER_H
    mean = np.where(standing(legs), 0.0, legs.length_m / 1000 / hours)
    return np.asarray(np.minimum(mean[pings.leg] * np.pi / 2 * np.sin(np.pi * pings.share), _SPEED_MAX_KMH))


def _harsh_brakes(cast: Cast, driver: I64, luck: U64, speed_kmh: F64) -> I64:
    temper = cast.rng.uniform("driver/temper", np.arange(len(cast.crew.driver_ids)))[driver]
    brakes = np.searchsorted(_BRAKE_SHARES, luck * 2.0**-32 / np.maximum(temper, 1e-9), side="right")
    return np.where(speed_kmh > 0, len(_BRAKE_SHARES) - brakes, 0)


def _fuel_pct(cast: Cast, legs: LegRow[I64], pings: Pings, done_m: F64) -> F64:
    used = (legs.since_full_m[pings.leg] + done_m) / cast.scenario.fleet.range.m
    return np.clip(np.round(100 * (1 - used), 1), 0.0, 100.0)


def telemetry(cast: Cast, rounds: Rounds) -> Facts:
    """``vehicle.telemetry``, by the newest version of the contract."""
    legs, crew, rng = rounds.legs, cast.crew, cast.rng
    pings = expand(cast, rounds, cast.scenario.fleet.telemetry_interval.us, "telemetry/ping")
    van, driver = legs.vehicle[pings.leg], legs.driver[pings.leg]
    vans = np.arange(len(crew.vehicle_ids))
    done_m = way_done(pings.share) * legs.length_m[pings.leg]
    km = (legs.odometer_m[pings.leg] + done_m) / 1000
    speed_kmh = np.round(_speeds_kmh(legs, pings), 1)
    battery_pct = 72 + 20 * rng.uniform("vehicle/battery", vans)[van] + pings.words[1] * (8 * 2.0**-32)
    temperature_c = temperatures_c(cast, rounds.of, legs, pings.leg, pings.time_us)
    columns = {
        "vehicle_id": text(crew.vehicle_ids, van),
        "driver_id": text(crew.driver_ids, driver),
        "speed_kmh": pa.array(speed_kmh),
        "harsh_brakes": pa.array(_harsh_brakes(cast, driver, pings.words[0], speed_kmh)),
        "odometer_km": pa.array(np.round(5000 + 145_000 * rng.uniform("vehicle/odometer", vans)[van] + km, 3)),
        "fuel_pct": pa.array(_fuel_pct(cast, legs, pings, done_m)),
        "battery_pct": pa.array(np.round(battery_pct, 1)),
        "temperature_c": pa.array(np.round(temperature_c, 1), mask=np.isnan(temperature_c)),
    }
    home = np.array(crew.vehicle_depots, np.int64)[van]
    return made(cast, "vehicle.telemetry", pings.time_us, pings.luck, columns, actor=van, facility=home)
