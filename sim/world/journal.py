"""What the processes write down while time runs: rows of whole numbers, one list for each kind of fact.

Names, coordinates and ids are joined on in columns after the run, by ``tables.py`` and ``pings.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from pipeline.contract.events import ShipmentStatus

Number = TypeVar("Number")
"""A whole number in a row, an array of them where rows are taken by column."""
NONE = -1
"""Stands for null in a row."""
STATUSES: tuple[ShipmentStatus, ...] = get_args(ShipmentStatus)
CREATED, PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERED, EXCEPTION = range(len(STATUSES))
SCANS = ("arrival", "departure")
ARRIVAL, DEPARTURE = range(len(SCANS))
DUTIES = ("on_shift", "driving", "at_depot", "off_shift")
ON_SHIFT, DRIVING, AT_DEPOT, OFF_SHIFT = range(len(DUTIES))


class StatusRow(NamedTuple, Generic[Number]):
    """A parcel moved on in its life."""

    time_us: Number
    shipment: Number
    status: Number
    facility: Number
    place: Number
    carrier: Number
    eta_us: Number
    reason: Number
    attempt: Number


class EtaRow(NamedTuple, Generic[Number]):
    """An arrival time was published."""

    time_us: Number
    shipment: Number
    eta_us: Number
    previous_us: Number


class ScanRow(NamedTuple, Generic[Number]):
    """A label was read."""

    time_us: Number
    shipment: Number
    facility: Number
    scan: Number


class DutyRow(NamedTuple, Generic[Number]):
    """A driver began or ended something."""

    time_us: Number
    driver: Number
    duty: Number
    vehicle: Number


class LegRow(NamedTuple, Generic[Number]):
    """A van's way from one place to another; a stop is a leg from a place to itself.

    ``departed_us`` is when the round began, which with the driver says which round it was.
    """

    start_us: Number
    end_us: Number
    departed_us: Number
    driver: Number
    vehicle: Number
    origin: Number
    destination: Number


@dataclass(frozen=True)
class Journal:
    """All rows, in the order in which they were written; rows may lie after the end of the run."""

    statuses: list[StatusRow[int]] = field(default_factory=list)
    etas: list[EtaRow[int]] = field(default_factory=list)
    scans: list[ScanRow[int]] = field(default_factory=list)
    duties: list[DutyRow[int]] = field(default_factory=list)
    legs: list[LegRow[int]] = field(default_factory=list)


def by_column(rows: Sequence[tuple[int, ...]], width: int) -> npt.NDArray[np.int64]:
    """Rows as an array of columns, also if there are none."""
    return np.array(rows, dtype=np.int64).reshape(-1, width).T
