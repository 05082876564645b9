"""Quantities with units, as people write them in a scenario: ``90 s``, ``120/h``, ``5%``, ``06:00-22:00``.

Each parses from text alone, prints back as text that parses to the same value, and says what is allowed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar, Self

from sim.measures import NUMBER, US_PER_S, Distance, Duration, Mass, Measure, UnitError, Value

__all__ = [
    "QUANTITIES",
    "US_PER_S",
    "ClockTime",
    "Distance",
    "Duration",
    "Mass",
    "Measure",
    "OpeningHours",
    "Quantity",
    "Rate",
    "Share",
    "UnitError",
]


def _plain(number: Decimal) -> str:
    """Digits that read back as the same float; no exponent, and no zeros at the end."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


class Rate(Value):
    """How often something happens, per hour."""

    __slots__ = ("per_hour",)
    allowed: ClassVar[str] = "a rate such as 2/s, 30/min, 120/h or 500/d"
    pattern: ClassVar[str] = rf"^{NUMBER} ?/ ?(s|min|h|d)$"

    def __init__(self, per_hour: float) -> None:
        self.per_hour = per_hour

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number, a slash and a unit of time. Raises UnitError."""
        match = re.fullmatch(cls.pattern, text)
        if not match:
            raise UnitError(cls.allowed)
        return cls(float(Decimal(match[1]) * Duration.units["h"] / Duration.units[match[2]])).as_written(text)

    def __str__(self) -> str:
        return f"{_plain(Decimal(repr(self.per_hour)))}/h"


class Share(Value):
    """A part of a whole, from 0 to 1."""

    __slots__ = ("of_one",)
    allowed: ClassVar[str] = "a share from 0% to 100%, such as 2.5%"
    pattern: ClassVar[str] = rf"^{NUMBER} ?%$"

    def __init__(self, of_one: float) -> None:
        self.of_one = of_one

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a percentage. Raises UnitError."""
        match = re.fullmatch(cls.pattern, text)
        if not match or float(match[1]) > 100:
            raise UnitError(cls.allowed)
        return cls(float(Decimal(match[1]) / 100)).as_written(text)

    def __str__(self) -> str:
        return f"{_plain(Decimal(repr(self.of_one)) * 100)}%"


class ClockTime(Value):
    """A time of day on a wall clock, in seconds after midnight."""

    __slots__ = ("s",)
    allowed: ClassVar[str] = "a time of day from 00:00 to 24:00"
    pattern: ClassVar[str] = r"^([01]\d|2[0-3]):([0-5]\d)$|^24:00$"

    def __init__(self, s: int) -> None:
        self.s = s

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read hours and minutes. Raises UnitError."""
        if not re.fullmatch(cls.pattern, text):
            raise UnitError(cls.allowed)
        hours, minutes = text.split(":")
        return cls(int(hours) * 3600 + int(minutes) * 60)

    def __str__(self) -> str:
        return f"{self.s // 3600:02}:{self.s % 3600 // 60:02}"


class OpeningHours(Value):
    """From when to when a place is open, each day, on its own wall clock."""

    __slots__ = ("closes", "opens")
    allowed: ClassVar[str] = "opening hours such as 06:00-22:00, the first before the second"
    pattern: ClassVar[str] = r"^\d\d:\d\d-\d\d:\d\d$"

    def __init__(self, opens: ClockTime, closes: ClockTime) -> None:
        self.opens = opens
        self.closes = closes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read two times of day. Raises UnitError."""
        first, _, second = text.partition("-")
        try:
            hours = cls(ClockTime.parse(first), ClockTime.parse(second))
        except UnitError as error:
            raise UnitError(cls.allowed) from error
        if hours.opens.s >= hours.closes.s:
            raise UnitError(cls.allowed)
        return hours

    def __str__(self) -> str:
        return f"{self.opens}-{self.closes}"


Quantity = Duration | Distance | Mass | Rate | Share | ClockTime | OpeningHours
QUANTITIES: tuple[type[Quantity], ...] = (Duration, Distance, Mass, Rate, Share, ClockTime, OpeningHours)
