"""What the processes write down while time runs: rows of whole numbers, one list for each kind.

A journal is cut into slices as it grows. A slice is all that a worker needs, beside the cast, to make facts, messages
and bytes of it: nothing else crosses the border, and no slice needs another. Names, people and coordinates are
functions of the numbers here and are joined on in columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import numpy as np

from pipeline.contract.events import ExceptionReason, ShipmentStatus
from sim.arrays import I64

Number = TypeVar("Number")
"""A whole number in a row, an array of them where rows are taken by column."""
NONE = -1
"""Stands for null in a row."""
STATUSES: tuple[ShipmentStatus, ...] = get_args(ShipmentStatus)
CREATED, PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, EXCEPTION = range(len(STATUSES))
REASONS: tuple[ExceptionReason, ...] = get_args(ExceptionReason)
SCANS = ("arrival", "departure")
ARRIVAL, DEPARTURE = range(len(SCANS))
DUTIES = ("on_shift", "driving", "at_depot", "off_shift", "on_break", "breakdown")
ON_SHIFT, DRIVING, AT_DEPOT, OFF_SHIFT, ON_BREAK, BREAKDOWN = range(len(DUTIES))
CAPACITY_REASONS = ("opening", "closing", "closure", "staffing")
OPENING, CLOSING, CLOSURE, STAFFING = range(len(CAPACITY_REASONS))

PICKUP_DOOR, DOOR = -2, -3
"""Places that are no facility: where this shipment is collected, and where it is to be delivered."""


class BookedRow(NamedTuple, Generic[Number]):
    """A parcel was booked. ``shipment`` is a code of ``sim.world.orders`` in all rows."""

    time_us: Number
    shipment: Number
    promised_us: Number


class StatusRow(NamedTuple, Generic[Number]):
    """A parcel moved on in its life; ``nth`` counts a shipment's rows of this kind from 0."""

    time_us: Number
    shipment: Number
    nth: Number
    status: Number
    facility: Number
    place: Number
    """A facility, ``PICKUP_DOOR`` or ``DOOR``."""
    carrier: Number
    eta_us: Number
    reason: Number
    attempt: Number
    actor: Number
    """Who reports it: the tenant of ``created``, the carrier of ``in_transit``, else the driver."""


class EtaRow(NamedTuple, Generic[Number]):
    """An arrival time was published."""

    time_us: Number
    shipment: Number
    nth: Number
    eta_us: Number
    previous_us: Number


class ScanRow(NamedTuple, Generic[Number]):
    """A label was read; scanners are numbered over all facilities, as many for each as it has docks."""

    time_us: Number
    shipment: Number
    nth: Number
    facility: Number
    scan: Number
    scanner: Number


class CapacityRow(NamedTuple, Generic[Number]):
    """A facility opened or closed docks."""

    time_us: Number
    facility: Number
    docks: Number
    reason: Number


class DutyRow(NamedTuple, Generic[Number]):
    """A driver began or ended something."""

    time_us: Number
    driver: Number
    duty: Number
    vehicle: Number


class LegRow(NamedTuple, Generic[Number]):
    """A van's way from one place to another; a stop, break or breakdown is a leg from a place to itself.

    ``departed_us`` is when the round began, which with the driver says which round it was. All legs of a round, and all
    else that its driver reports on it, stand in one slice.
    """

    start_us: Number
    end_us: Number
    departed_us: Number
    driver: Number
    vehicle: Number
    origin: Number
    """A place; of the shipment beside it, if it is a door."""
    origin_shipment: Number
    destination: Number
    destination_shipment: Number
    odometer_m: Number
    """What the van had driven in this run before this leg."""
    since_full_m: Number
    """The same since its tank or battery was full."""
    length_m: Number


class HaulRow(NamedTuple, Generic[Number]):
    """A linehaul departure, written when its cargo is in: due and left at the origin, arrived, docked, unloaded."""

    lane: Number
    slot: Number
    due_us: Number
    left_us: Number
    arrived_us: Number
    docked_us: Number
    unloaded_us: Number
    parcels: Number


@dataclass(frozen=True)
class Slice:
    """The rows of one stretch of the journal, by column, in the order in which they were written."""

    index: int
    booked: BookedRow[I64]
    statuses: StatusRow[I64]
    etas: EtaRow[I64]
    scans: ScanRow[I64]
    capacities: CapacityRow[I64]
    duties: DutyRow[I64]
    legs: LegRow[I64]
    hauls: HaulRow[I64]
    watermark_us: int
    """No later slice holds a fact (a ping too) that happened before this, in microseconds since the start."""


@dataclass
class Journal:
    """Rows that no slice has taken yet. Rows may lie after the end of the run; facts never do."""

    booked: list[BookedRow[int]] = field(default_factory=list)
    statuses: list[StatusRow[int]] = field(default_factory=list)
    etas: list[EtaRow[int]] = field(default_factory=list)
    scans: list[ScanRow[int]] = field(default_factory=list)
    capacities: list[CapacityRow[int]] = field(default_factory=list)
    duties: list[DutyRow[int]] = field(default_factory=list)
    legs: list[LegRow[int]] = field(default_factory=list)
    hauls: list[HaulRow[int]] = field(default_factory=list)

    def take(self, notes: Journal) -> None:
        """Add rows that were written elsewhere."""
        for f in fields(self):
            getattr(self, f.name).extend(getattr(notes, f.name))

    def cut(self, index: int, watermark_us: int) -> Slice:
        """Hand over what was written, and begin anew."""
        columns: dict[str, Any] = {f.name: _by_column(_ROW[f.name], getattr(self, f.name)) for f in fields(self)}
        for f in fields(self):
            getattr(self, f.name).clear()
        return Slice(index=index, watermark_us=watermark_us, **columns)


_ROW = {
    "booked": BookedRow,
    "statuses": StatusRow,
    "etas": EtaRow,
    "scans": ScanRow,
    "capacities": CapacityRow,
    "duties": DutyRow,
    "legs": LegRow,
    "hauls": HaulRow,
}


def _by_column(kind: type, rows: list[tuple[int, ...]]) -> tuple[I64, ...]:
    width = len(kind._fields)  # type: ignore[attr-defined]
    numbers = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * width)
    columns: tuple[I64, ...] = kind._make(numbers.reshape(-1, width).T)  # type: ignore[attr-defined]
    return columns
