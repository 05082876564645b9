"""Batch uploads: a scanner without a network lies in its cradle when the shift ends, and is read out there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import I64
from sim.producers.causes import causes, moment
from sim.producers.entities import in_cohort, sent_by
from sim.producers.lookup import of_facts
from sim.producers.plan import Plan, noted
from sim.world.calendar import daily_moments

if TYPE_CHECKING:
    from sim.world.cast import Cast

FAULT_ID = "producers.hand_scanner.batch_upload"
_PURPOSE = "producers/hand_scanner/batch_upload"
FASTER = 1_000
"""A device or a file is read so many times as fast as it was written: in order, in whatever slices its lines lie."""
_FACILITY_SHIFT = 1 << 45


def uploaded_in_batches(plan: Plan, cast: Cast) -> Plan:
    """Messages of scanners without a network: they arrive when the next shift ends, in order."""
    share = cast.scenario.producers.hand_scanner.batch_upload
    if not share.of_one:
        return plan
    messages = plan.messages
    rows = np.flatnonzero(sent_by(messages, "hand_scanner"))
    rows = rows[in_cohort(messages.device[rows], share, cast.rng, _PURPOSE)]
    facility, made = of_facts(plan, rows, "facility"), messages.producer_time[rows]
    before, at = _around(cast, facility, made - plan.start)
    arrives = plan.start + at + (made - plan.start - before) // FASTER
    ends, which = np.unique(facility * _FACILITY_SHIFT + at, return_inverse=True)
    uploaded = noted(FAULT_ID, "batch_upload", rows, causes(_texts(cast, ends), which), held_us=arrives - made)
    return plan.fired(messages.with_values(rows, ingest_time=arrives), uploaded)


def _around(cast: Cast, facility: I64, time: I64) -> tuple[I64, I64]:
    """The last end of a shift at each facility up to a time since the start, and the next one after it."""
    before, after = np.empty_like(time), np.empty_like(time)
    for number in np.unique(facility):
        rows = np.flatnonzero(facility == number)
        ends = shift_ends(cast, int(number))
        place = np.searchsorted(ends, time[rows], side="right")
        before[rows], after[rows] = ends[place - 1], ends[place]
    return before, after


def shift_ends(cast: Cast, facility: int) -> I64:
    """When shifts end on the facility's wall clock, from before the run until after it, since its start."""
    fleet, zone = cast.scenario.fleet, cast.network.facilities[facility].timezone
    clocks = [clock.s + fleet.shift_length.us // 1_000_000 for clock in fleet.shift_starts]
    # The day of an end does not matter, since shifts end every day.
    days = [daily_moments(cast.scenario.start, cast.scenario.duration.us, zone, clock % 86_400) for clock in clocks]
    return np.unique(np.concatenate([np.asarray(day, dtype=np.int64) for day in days]))


def _texts(cast: Cast, ends: I64) -> list[str]:
    facilities = cast.network.facilities
    places = zip((ends // _FACILITY_SHIFT).tolist(), (ends % _FACILITY_SHIFT).tolist(), strict=True)
    return [f"scanner at {facilities[k].id} read out at {moment(cast.start_us + end)}" for k, end in places]
