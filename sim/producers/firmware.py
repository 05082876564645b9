"""Firmware releases: each gateway of a cohort installs one at a moment of its own, and speaks anew from then on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import I64
from sim.ledger import Body
from sim.producers.causes import causes, moment
from sim.producers.entities import actors, sent_by
from sim.producers.plan import SOUND, Plan, body_code, noted
from sim.rng import Randomness
from sim.scenario_parts.producers import Firmware

if TYPE_CHECKING:
    from sim.world.cast import Cast

_PURPOSE = "producers/telematics_gateway/firmware"
_BODY = {"add_field": Body.ADDED_FIELD, "break_type": Body.BROKEN_TYPE}
NEVER = 2**62


def install_times(releases: tuple[Firmware, ...], devices: I64, start: int, rng: Randomness) -> list[I64]:
    """For each release when each of these gateways installs it, in microseconds since 1970, or ``NEVER``."""
    place = rng.uniform(f"{_PURPOSE}/cohort", devices)
    seen: Counter[str] = Counter()
    times = []
    for release in releases:
        luck = rng.uniform(f"{_PURPOSE}/{release.change}/{seen[release.change]}", devices)
        seen[release.change] += 1
        after, span = start + release.after.us, release.until.us - release.after.us
        at = after + (luck * span).astype(np.int64)
        times.append(np.where(place < release.share.of_one, at, NEVER))
    return times


def updated(plan: Plan, cast: Cast) -> Plan:
    """Messages as the newest firmware of their gateway writes them. A repair ends what was installed before it."""
    releases = cast.scenario.producers.telematics_gateway.firmware
    if not releases:
        return plan
    rows = np.flatnonzero(sent_by(plan.messages, "telematics_gateway"))
    devices, which = np.unique(plan.messages.device[rows], return_inverse=True)
    installed = install_times(releases, devices, plan.start, cast.rng)
    repaired = [at for at, release in zip(installed, releases, strict=True) if release.change == "repair"]
    for number, (release, at) in enumerate(zip(releases, installed, strict=True)):
        if release.change != "repair":
            ends = np.full_like(at, NEVER)
            for repair in repaired:
                ends = np.where(repair > at, np.minimum(ends, repair), ends)
            time = plan.messages.event_time[rows]
            speaking = (time >= at[which]) & (time < ends[which])
            plan = _one(plan, cast, number, rows[speaking], which[speaking], (devices, at))
    return plan


def _one(plan: Plan, cast: Cast, number: int, rows: I64, which: I64, installed: tuple[I64, I64]) -> Plan:
    release = cast.scenario.producers.telematics_gateway.firmware[number]
    messages = plan.messages
    touched = messages.version[rows] < 2 if release.change == "version_2" else messages.body[rows] == SOUND
    rows, which = rows[touched], which[touched]
    if not len(rows):
        return plan
    if release.change == "version_2":
        messages = messages.with_values(rows, version=2)
    else:
        plan, detail = plan.with_detail(release.field)
        messages = messages.with_values(rows, body=body_code(_BODY[release.change]), detail=detail)
    cause = causes(_texts(cast, number, *installed), which)
    fault_id = f"producers.telematics_gateway.firmware.{number}"
    return plan.fired(messages, noted(fault_id, "firmware", rows, cause))


def _texts(cast: Cast, number: int, devices: I64, at: I64) -> list[str]:
    change = cast.scenario.producers.telematics_gateway.firmware[number].change
    return [
        f"release {number} ({change}) on {cast.crew.vehicle_ids[vehicle]} since {moment(time)}" if time < NEVER else ""
        for vehicle, time in zip(actors(devices).tolist(), at.tolist(), strict=True)
    ]
