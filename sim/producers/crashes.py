"""Crashes of telematics gateways: what one has to say while it is down waits, and what it had sent is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import I64
from sim.producers.batch_upload import FASTER
from sim.producers.causes import causes, moment
from sim.producers.copies import copies, place_in_group
from sim.producers.entities import actors, sent_by
from sim.producers.plan import Plan, noted
from sim.rng import Randomness
from sim.world.calendar import DAY_US

if TYPE_CHECKING:
    from sim.world.cast import Cast

REPLAY_ID = "producers.telematics_gateway.replay"
RESTART_ID = "producers.telematics_gateway.restart"
_PURPOSE = "producers/telematics_gateway/crash"
_TIME_BITS, _DAY_BITS = 45, 20


@dataclass(frozen=True)
class Crashes:
    """Crashes of some vehicles' gateways, rising by vehicle and time, in microseconds since the start."""

    vehicle: I64
    time: I64

    def before(self, vehicle: I64, time: I64) -> I64:
        """How many crashes of this and all lower vehicles there were, up to these times."""
        rising = (self.vehicle << _TIME_BITS) | self.time
        return np.searchsorted(rising, (vehicle << _TIME_BITS) | np.maximum(time, 0), side="right")


def crashes(
    rng: Randomness, vehicles: I64, days: tuple[int, int], mean_us: int, restart_us: int, until_us: int
) -> Crashes:
    """The crashes of these vehicles from the first to the last of these days, counted from the start of the run.

    A Poisson process for each vehicle and day. A gateway that is not up yet can't crash: a moment less than
    ``restart_us`` after the one before it is no crash.
    """
    vehicle, day = (grid.ravel() for grid in np.meshgrid(vehicles, np.arange(days[0], days[1] + 1), indexing="ij"))
    entity, at, draw = (vehicle << _DAY_BITS) | day, np.zeros(len(vehicle)), 0
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    while len(entity):
        at = at + rng.exponential(_PURPOSE, entity, mean_us, draw=draw)
        entity, at, draw = entity[at < DAY_US], at[at < DAY_US], draw + 1
        found.append((entity >> _DAY_BITS, (entity & ((1 << _DAY_BITS) - 1)) * DAY_US + at.astype(np.int64)))
    vehicle, time = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((time, vehicle))
    vehicle, time = vehicle[order], time[order]
    up = np.ones(len(time), dtype=bool)
    up[1:] = (vehicle[1:] != vehicle[:-1]) | (time[1:] - time[:-1] >= restart_us)
    up &= time < until_us
    return Crashes(vehicle[up], time[up])


def crashed(plan: Plan, cast: Cast) -> Plan:
    """Messages held until a gateway is up again, then copies of what it had sent since its last checkpoint."""
    gateway = cast.scenario.producers.telematics_gateway
    rows = np.flatnonzero(sent_by(plan.messages, "telematics_gateway"))
    if gateway.crash_every is None or not len(rows):
        return plan
    made = plan.messages.producer_time[rows] - plan.start
    margin = max(gateway.restart_time.us, gateway.checkpoint_every.us) // DAY_US + 1
    days = (max(0, int(made.min()) // DAY_US - 2 * margin), int(made.max()) // DAY_US + margin)
    vehicles = np.unique(actors(plan.messages.device[rows]))
    there = crashes(cast.rng, vehicles, days, gateway.crash_every.us, gateway.restart_time.us, plan.end - plan.start)
    return _replayed(_held(plan, cast, there, rows), cast, there, rows, made)


def _held(plan: Plan, cast: Cast, there: Crashes, rows: I64) -> Plan:
    gateway = cast.scenario.producers.telematics_gateway
    vehicle, made = actors(plan.messages.device[rows]), plan.messages.producer_time[rows] - plan.start
    last = there.before(vehicle, made) - 1
    crash = np.where(last >= 0, there.time[np.maximum(last, 0)] if len(there.time) else 0, 0)
    same = (last >= 0) & (there.vehicle[np.maximum(last, 0)] == vehicle) if len(there.time) else last >= 0
    down = same & (made < crash + gateway.restart_time.us)
    rows, made, crash, last = rows[down], made[down], crash[down], last[down]
    # After what is sent again, which takes as long as the checkpoints are apart.
    up = crash + gateway.restart_time.us + gateway.checkpoint_every.us // FASTER
    arrives = plan.start + up + (made - crash) // FASTER
    held = arrives - plan.messages.producer_time[rows]
    waiting = noted(RESTART_ID, "restart", rows, causes(_texts(cast, there), last), held_us=held)
    return plan.fired(plan.messages.with_values(rows, ingest_time=arrives), waiting)


def _replayed(plan: Plan, cast: Cast, there: Crashes, rows: I64, made: I64) -> Plan:
    gateway = cast.scenario.producers.telematics_gateway
    every = gateway.checkpoint_every.us
    vehicle, checkpoint = actors(plan.messages.device[rows]), made // every * every
    first = there.before(vehicle, made)
    count = there.before(vehicle, checkpoint + every - 1) - first
    nth = np.repeat(np.arange(len(rows)), count)
    crash = first[nth] + place_in_group(nth)
    messages, again = plan.messages, rows[nth]
    since_checkpoint = made[nth] - checkpoint[nth]
    arrives = plan.start + there.time[crash] + gateway.restart_time.us + since_checkpoint // FASTER
    more = copies(messages, again, np.maximum(arrives, messages.ingest_time[again] + 1))
    places = len(messages) + np.arange(len(again))
    cause = causes(
        [f"{text}, and sent again what came after its last checkpoint" for text in _texts(cast, there)], crash
    )
    return plan.fired(messages.followed_by(more), noted(REPLAY_ID, "replay", places, cause))


def _texts(cast: Cast, there: Crashes) -> list[str]:
    return [
        f"gateway of {cast.crew.vehicle_ids[vehicle]} crashed at {moment(cast.start_us + time)}"
        for vehicle, time in zip(there.vehicle.tolist(), there.time.tolist(), strict=True)
    ]
