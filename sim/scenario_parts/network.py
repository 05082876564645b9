"""Facilities, the lanes between them, and what slows and hides those who travel: may stand in a file of its own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from sim.scenario_parts.part import Count, Factor, Id, Part
from sim.units import ClockTime, Distance, Duration, OpeningHours, Rate, Share

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Mode = Literal["road", "rail", "air", "sea"]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class Rename(Part, frozen=True):
    """A new name from a moment of the run on: the reference data gets one more row."""

    after: Duration
    name: str


class Facility(Part, frozen=True):
    """A place where parcels change hands.

    A ``hub`` sorts what lanes bring; a ``cross_dock`` moves parcels from truck to truck without a sorter; a ``depot``
    collects and delivers; a ``locker`` is a box of slots that its ``depot`` fills and recipients empty.
    """

    id: Id
    name: str
    kind: Literal["hub", "depot", "cross_dock", "locker"]
    lat: Latitude
    lon: Longitude
    timezone: str = "UTC"
    region: Id = "all"
    """Shares its weather with the other facilities of the region."""
    docks: Count = 4
    """Trucks unloaded at once."""
    sorter: Rate = Rate(20_000)
    """Parcels that a hub's or depot's sorter takes; they queue for it."""
    open: OpeningHours = OpeningHours(ClockTime(0), ClockTime(86_400))
    closed_on: tuple[Weekday, ...] = ()
    holidays: tuple[date, ...] = ()
    """Local days on which it stays closed."""
    depot: Id | None = None
    """Of a locker: who fills it."""
    slots: Count = 40
    """Of a locker: how many parcels it holds."""
    renamed: tuple[Rename, ...] = ()


class Carrier(Part, frozen=True):
    """A company that runs lanes."""

    code: Id
    name: str
    renamed: tuple[Rename, ...] = ()


class Lane(Part, frozen=True):
    """A scheduled linehaul between two facilities, in both directions.

    ``travel_time`` is that of a clear road at night; rush hours and weather lengthen it. Without ``distance``, it is
    that of the great circle and a detour.
    """

    between: tuple[Id, Id]
    carrier: Id
    travel_time: Duration
    mode: Mode = "road"
    distance: Distance | None = None
    headway: Duration = Duration(3600 * 1_000_000)
    """From one departure to the next; the first is drawn."""
    departs: tuple[ClockTime, ...] = ()
    """Each day, on the wall clock of where each direction begins; if given, ``headway`` is not used."""
    departs_back: tuple[ClockTime, ...] = ()
    """The same, where the way back to the first of ``between`` departs at other times: to a hub before its night sort,
    from there after it."""
    vehicle_capacity: Count = 400


class RushHour(Part, frozen=True):
    """Hours, on the wall clock of where a way begins, in which roads take ``factor`` times as long."""

    hours: OpeningHours
    factor: Factor
    on: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri")


class Weather(Part, frozen=True):
    """Weather that takes a ``share`` of all six-hour stretches, drawn for each region, and slows these modes down."""

    kind: Literal["rain", "snow", "fog", "wind"]
    share: Share
    factor: Factor
    modes: tuple[Mode, ...] = ("road",)


class DeadZone(Part, frozen=True):
    """Where no phone has a signal: a tunnel, a car park below ground, a valley."""

    name: str
    lat: Latitude
    lon: Longitude
    radius: Distance


class Network(Part, frozen=True):
    """Facilities and the lanes between them. Every depot has a lane to a hub or cross-dock; those reach each other."""

    facilities: Annotated[tuple[Facility, ...], Meta(min_length=2)]
    carriers: Annotated[tuple[Carrier, ...], Meta(min_length=1)]
    lanes: Annotated[tuple[Lane, ...], Meta(min_length=1)]
    rush_hours: tuple[RushHour, ...] = ()
    weather: tuple[Weather, ...] = ()
    dead_zones: tuple[DeadZone, ...] = ()
