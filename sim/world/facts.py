"""The press: a slice of the journal in, facts by event type out. A function of cast and slice, on any worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import Facts
from sim.world import pings, tables
from sim.world.journal import Slice

if TYPE_CHECKING:
    from sim.world.cast import Cast


def press(cast: Cast, piece: Slice) -> dict[str, Facts]:
    """The facts of every event type, also where there are none; what lies after the end of the run is left out."""
    rounds = pings.rounds_of(piece.legs)
    pressed = (
        tables.created(cast, piece.booked),
        tables.statuses(cast, piece.statuses),
        tables.etas(cast, piece.etas),
        tables.scans(cast, piece.scans),
        tables.capacities(cast, piece.capacities),
        tables.duties(cast, piece.duties),
        pings.locations(cast, rounds),
        pings.telemetry(cast, rounds),
    )
    return {facts.event_type: facts for facts in pressed}
