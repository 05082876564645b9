"""Dead zones: a van drives into a tunnel; the phone aboard keeps what it has to say, and sends it at the other end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim.arrays import F64, I64, Mask
from sim.producers.causes import causes, moment, no_cause
from sim.producers.copies import place_in_group
from sim.producers.entities import actors, sent_by
from sim.producers.plan import Plan, noted
from sim.scenario_parts.network import DeadZone
from sim.world.doors import KM_PER_DEGREE
from sim.world.journal import LegRow
from sim.world.places import coordinates, time_done

if TYPE_CHECKING:
    from sim.world.cast import Cast

FAULT_ID = "producers.driver_app.dead_zone"
BETWEEN_MESSAGES_US = 5_000
"""A burst sends 200 messages a second."""
_TIME_BITS = 45
"""A moment of the run, in microseconds, and a driver above it: numbers that rise by driver and time."""


@dataclass(frozen=True)
class Stretches:
    """Times without a signal, of each driver and round for itself, apart and rising by driver and time.

    Times are in microseconds since the start.
    """

    driver: I64
    begin: I64
    end: I64
    zone: I64
    """The first that the stretch leads through."""

    def at(self, driver: I64, time: I64) -> I64:
        """The stretch that each driver is in at a time, or -1."""
        if not len(self.driver):
            return np.full(len(driver), -1, dtype=np.int64)
        found = np.searchsorted(_rising(self.driver, self.begin), _rising(driver, time), side="right") - 1
        inside = (found >= 0) & (self.driver[found] == driver) & (time < self.end[found])
        return np.where(inside, found, -1)


def _rising(driver: I64, time: I64) -> I64:
    return (driver << _TIME_BITS) | np.maximum(time, 0)


def way_inside(zone: DeadZone, start: tuple[F64, F64], end: tuple[F64, F64]) -> tuple[F64, F64]:
    """Between which shares of straight ways from start to end (latitudes, longitudes) a zone lies, on a flat Earth.

    Where a way misses it, the first is not below the second. Half a chord of a circle: |start + w * way - centre| = r.
    """
    stretch = np.cos(np.radians(zone.lat)) * KM_PER_DEGREE
    x, y = ((start[1] - zone.lon + 180.0) % 360.0 - 180.0) * stretch, (start[0] - zone.lat) * KM_PER_DEGREE
    east, north = (end[1] - start[1]) * stretch, (end[0] - start[0]) * KM_PER_DEGREE
    outside = x**2 + y**2 - (zone.radius.m / 1_000) ** 2
    length, towards = east**2 + north**2, x * east + y * north
    moves = length > 0
    length = np.where(moves, length, 1.0)
    chord = towards**2 - length * outside
    half = np.sqrt(np.maximum(chord, 0.0))
    first, last = (np.clip((-towards + side * half) / length, 0.0, 1.0) for side in (-1, 1))
    hit = np.where(moves, chord > 0, outside <= 0)
    return np.where(moves, first, 0.0), np.where(hit, np.where(moves, last, 1.0), -1.0)


def stretches(cast: Cast, legs: LegRow[I64]) -> Stretches:
    """When the drivers of these legs are in a dead zone. What touches is one stretch; none outlasts its round."""
    start = coordinates(cast, legs.origin, legs.origin_shipment)
    end = coordinates(cast, legs.destination, legs.destination_shipment)
    found = [np.zeros((5, 0), dtype=np.int64)]
    for number, zone in enumerate(cast.scenario.network.dead_zones):
        first, last = way_inside(zone, start, end)
        rows = np.flatnonzero(first < last)
        begin, until = (_moment(legs, rows, way[rows]) for way in (first, last))
        found.append(np.stack([legs.driver[rows], legs.departed_us[rows], begin, until, np.full_like(rows, number)]))
    return _merged(*np.concatenate(found, axis=1))


def _moment(legs: LegRow[I64], rows: I64, way: F64) -> I64:
    took = legs.end_us[rows] - legs.start_us[rows]
    return legs.start_us[rows] + np.rint(time_done(way) * took).astype(np.int64)


def _merged(driver: I64, departed: I64, begin: I64, end: I64, zone: I64) -> Stretches:
    order = np.lexsort((zone, begin, departed, driver))
    driver, departed, begin, end, zone = (column[order] for column in (driver, departed, begin, end, zone))
    if not len(driver):
        return Stretches(driver, begin, end, zone)
    so_far = np.maximum.accumulate(_rising(driver, end))
    new = np.ones(len(driver), dtype=bool)
    new[1:] = (_rising(driver, begin)[1:] > so_far[:-1]) | (departed[1:] != departed[:-1])
    starts = np.flatnonzero(new)
    return Stretches(driver[starts], begin[starts], np.maximum.reduceat(end, starts), zone[starts])


def held_in_dead_zones(plan: Plan, cast: Cast, legs: LegRow[I64]) -> tuple[Plan, Mask]:
    """Messages made without a signal, sent in one burst in order at its end; and which of the messages these are."""
    messages = plan.messages
    in_burst = np.zeros(len(messages), dtype=bool)
    if not cast.scenario.network.dead_zones:
        return plan, in_burst
    without = stretches(cast, legs)
    rows = np.flatnonzero(sent_by(messages, "driver_app"))
    which = without.at(actors(messages.device[rows]), messages.producer_time[rows] - plan.start)
    rows, which = rows[which >= 0], which[which >= 0]
    made = messages.producer_time[rows]
    order = np.lexsort((messages.luck[rows], messages.event_type[rows], made, which))
    rows, which, made = rows[order], which[order], made[order]
    arrives = plan.start + without.end[which] + place_in_group(which) * BETWEEN_MESSAGES_US
    in_burst[rows] = True
    hidden = noted(FAULT_ID, "dead_zone", rows, causes(_texts(cast, without), which), held_us=arrives - made)
    return plan.fired(messages.with_values(rows, ingest_time=arrives), hidden), in_burst


def _texts(cast: Cast, without: Stretches) -> list[str]:
    zones = cast.scenario.network.dead_zones
    return [
        f"phone {cast.crew.driver_ids[driver]} without a signal in {zones[zone].name}, "
        f"{moment(cast.start_us + begin)} to {moment(cast.start_us + end)}"
        for driver, begin, end, zone in zip(
            without.driver.tolist(), without.begin.tolist(), without.end.tolist(), without.zone.tolist(), strict=True
        )
    ]


def dead_zone_causes(plan: Plan, rows: I64) -> pa.Array:
    """What held these messages back, or null where no dead zone did."""
    for firing in plan.firings:
        if firing.kind == "dead_zone":
            place = np.full(len(plan.messages), -1, dtype=np.int64)
            place[firing.rows] = np.arange(len(firing.rows))
            return firing.cause.take(pa.array(place[rows], mask=place[rows] < 0))
    return no_cause(len(rows))
