"""Quantities that count a smallest unit: durations, distances, masses; and what all quantities have in common."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar, Self

US_PER_S = 1_000_000
_UNITS_US = {"us": 1, "ms": 1_000, "s": US_PER_S, "min": 60 * US_PER_S, "h": 3600 * US_PER_S, "d": 86_400 * US_PER_S}
NUMBER = r"([0-9]+(?:\.[0-9]+)?)"


class UnitError(ValueError):
    """Text that is not a quantity of the kind wanted."""


class Value:
    """A quantity, equal by its slots. Not a dataclass: msgspec would then want an object in the file, not text."""

    __slots__: tuple[str, ...] = ("_text",)
    _text: str

    @property
    def written(self) -> str:
        """As its file says it, ``48 h``, though it prints as ``2 d``: for messages about that file."""
        return getattr(self, "_text", str(self))

    def as_written(self, text: str) -> Self:
        """The same, that remembers its text."""
        self._text = text
        return self

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Value) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self._fields()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Measure(Value):
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
        return cls(round(Decimal(match[1]) * cls.units[match[2]])).as_written(text)

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
    pattern = rf"^{NUMBER} ?(us|ms|s|min|h|d)$"
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
    pattern = rf"^{NUMBER} ?(m|km)$"
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
    pattern = rf"^{NUMBER} ?(g|kg)$"
    units: ClassVar[dict[str, int]] = {"g": 1, "kg": 1_000}
    _zero = "0 g"

    @property
    def g(self) -> int:
        """The mass in grams."""
        return self.amount
