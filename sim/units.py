"""Quantities with units, as people write them in a scenario: ``90 s``, ``120/h``, ``5%``, ``06:00-22:00``.

Each parses from text alone, prints back as text that parses to the same value, and says what is allowed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar, Self

US_PER_S = 1_000_000
_UNITS_US = {"us": 1, "ms": 1_000, "s": US_PER_S, "min": 60 * US_PER_S, "h": 3600 * US_PER_S, "d": 86_400 * US_PER_S}
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"


def _plain(number: Decimal) -> str:
    """Digits that read back as the same float; no exponent, and no zeros at the end."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


class UnitError(ValueError):
    """Text that is not a quantity of the kind wanted."""


class _Value:
    """Equal by the slots of its class. Not a dataclass: msgspec would then want an object in the file, not text."""

    __slots__: tuple[str, ...] = ("_text",)
    _text: str

    @property
    def written(self) -> str:
        """As its file says it, ``48 h``, though it prints as ``2 d``: for messages about that file."""
        return getattr(self, "_text", str(self))

    def _as(self, text: str) -> Self:
        self._text = text
        return self

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Value) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self._fields()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Measure(_Value):
    """So many of a smallest unit, a whole number of them."""

    __slots__ = ("amount",)
    allowed: ClassVar[str]
    pattern: ClassVar[str]
    units: ClassVar[dict[str, int]]
    """Each unit in the smallest, from there upwards."""

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def _fields(self) -> tuple[object, ...]:
        return (self.amount,)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number and a unit. Raises UnitError."""
        match = re.fullmatch(cls.pattern, text)
        if not match:
            raise UnitError(cls.allowed)
        return cls(round(Decimal(match[1]) * cls.units[match[2]]))._as(text)

    def __str__(self) -> str:
        if not self.amount:
            return self._zero
        unit = next(u for u in reversed(self.units) if self.amount % self.units[u] == 0)
        return f"{self.amount // self.units[unit]} {unit}"

    _zero: ClassVar[str]


class Duration(Measure):
    """A span of time, in whole microseconds."""

    __slots__ = ()
    allowed = "a duration such as 500 ms, 90 s, 15 min, 8 h or 2 d"
    pattern = rf"^{_NUMBER} ?(us|ms|s|min|h|d)$"
    units = _UNITS_US
    _zero = "0 s"

    @property
    def us(self) -> int:
        """The span in microseconds."""
        return self.amount

    @property
    def s(self) -> float:
        """The span in seconds."""
        return self.amount / US_PER_S


class Distance(Measure):
    """A length, in whole metres."""

    __slots__ = ()
    allowed = "a distance such as 350 m or 12 km"
    pattern = rf"^{_NUMBER} ?(m|km)$"
    units: ClassVar[dict[str, int]] = {"m": 1, "km": 1_000}
    _zero = "0 m"

    @property
    def m(self) -> int:
        """The length in metres."""
        return self.amount


class Mass(Measure):
    """A mass, in whole grams."""

    __slots__ = ()
    allowed = "a mass such as 800 g or 2.5 kg"
    pattern = rf"^{_NUMBER} ?(g|kg)$"
    units: ClassVar[dict[str, int]] = {"g": 1, "kg": 1_000}
    _zero = "0 g"

    @property
    def g(self) -> int:
        """The mass in grams."""
        return self.amount


class Rate(_Value):
    """How often something happens, per hour."""

    __slots__ = ("per_hour",)
    allowed: ClassVar[str] = "a rate such as 2/s, 30/min, 120/h or 500/d"
    pattern: ClassVar[str] = rf"^{_NUMBER} ?/ ?(s|min|h|d)$"

    def __init__(self, per_hour: float) -> None:
        self.per_hour = per_hour

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number, a slash and a unit of time. Raises UnitError."""
        match = re.fullmatch(cls.pattern, text)
        if not match:
            raise UnitError(cls.allowed)
        return cls(float(Decimal(match[1]) * _UNITS_US["h"] / _UNITS_US[match[2]]))._as(text)

    def __str__(self) -> str:
        return f"{_plain(Decimal(repr(self.per_hour)))}/h"


class Share(_Value):
    """A part of a whole, from 0 to 1."""

    __slots__ = ("of_one",)
    allowed: ClassVar[str] = "a share from 0% to 100%, such as 2.5%"
    pattern: ClassVar[str] = rf"^{_NUMBER} ?%$"

    def __init__(self, of_one: float) -> None:
        self.of_one = of_one

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a percentage. Raises UnitError."""
        match = re.fullmatch(cls.pattern, text)
        if not match or float(match[1]) > 100:
            raise UnitError(cls.allowed)
        return cls(float(Decimal(match[1]) / 100))._as(text)

    def __str__(self) -> str:
        return f"{_plain(Decimal(repr(self.of_one)) * 100)}%"


class ClockTime(_Value):
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


class OpeningHours(_Value):
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
