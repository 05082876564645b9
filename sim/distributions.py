"""Distributions that a scenario may give in place of one value: of durations, and of masses.

In a file: ``{kind: gamma, mean: 3 min, shape: 6}``; a bare ``90 s`` is a constant. Each draws from the run's own
randomness, so that an entity has the same value in whatever batch, and never a negative one.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from sim.arrays import F64, U64
from sim.draws import standard_gamma, standard_normal
from sim.rng import Randomness
from sim.scenario_parts.part import Part
from sim.units import Duration, Mass, Measure, Share

Q = TypeVar("Q", bound=Measure)
Shape = Annotated[float, Meta(ge=0.1, le=100)]
_MOST = 2.0**53


class Distribution(Part, Generic[Q], frozen=True, tag_field="kind"):
    """What values of a quantity are drawn from. Numbers are in its smallest unit: microseconds, grams."""

    def sample(self, rng: Randomness, purpose: str, entity: npt.ArrayLike) -> F64:
        """For each entity (whole numbers below 2**64) a value, in an array of the same shape.

        None is above 2**53, which is 285 years: heavy tails stay within what whole numbers of 64 bits can add up.
        """
        ids = np.asarray(entity, dtype=np.uint64)
        values = self._sample(rng, purpose, np.ascontiguousarray(ids.ravel()))
        return np.minimum(values, _MOST).reshape(ids.shape)

    @abstractmethod
    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64: ...

    @abstractmethod
    def average(self) -> float:
        """The mean of all values that could be drawn. Not called ``mean``, which is a key of some of them."""


class Constant(Distribution[Q], frozen=True, tag="constant"):
    """Always the same value. In a file the value alone will do."""

    shorthand: ClassVar[str] = "value"
    value: Q

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return np.full(len(entity), float(self.value.amount))

    def average(self) -> float:
        """The value."""
        return float(self.value.amount)


class Exponential(Distribution[Q], frozen=True, tag="exponential"):
    """The time to the next of events that know nothing of each other."""

    mean: Q

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return rng.exponential(purpose, entity, self.mean.amount)

    def average(self) -> float:
        """The mean."""
        return float(self.mean.amount)


class LogNormal(Distribution[Q], frozen=True, tag="log_normal"):
    """Half of the values are below the median; ``sigma`` is the standard deviation of their natural logarithm."""

    median: Q
    sigma: Annotated[float, Meta(ge=0, le=5)]

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return np.asarray(self.median.amount * np.exp(self.sigma * standard_normal(rng, purpose, entity)))

    def average(self) -> float:
        """The median times exp(sigma² / 2)."""
        return self.median.amount * math.exp(self.sigma**2 / 2)


class Gamma(Distribution[Q], frozen=True, tag="gamma"):
    """The larger ``shape``, the closer the values are to the mean: their variation is 1 / sqrt(shape) of it."""

    mean: Q
    shape: Shape

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return self.mean.amount / self.shape * standard_gamma(rng, purpose, entity, self.shape)

    def average(self) -> float:
        """The mean."""
        return float(self.mean.amount)


class Weibull(Distribution[Q], frozen=True, tag="weibull"):
    """The life of a thing: below a shape of 1 it fails early, above it wears out; 63.2 % are below ``scale``."""

    scale: Q
    shape: Shape

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return np.asarray(self.scale.amount * rng.exponential(purpose, entity, 1.0) ** (1 / self.shape))

    def average(self) -> float:
        """The scale times the gamma function of 1 + 1 / shape."""
        return self.scale.amount * math.gamma(1 + 1 / self.shape)


class Quantiles(Distribution[Q], frozen=True, tag="quantiles"):
    """What was measured: at each share of all values the one that so many are below, from 0% to 100%.

    Between them straight lines.
    """

    at: Annotated[dict[Share, Q], Meta(min_length=2)]

    def __hash__(self) -> int:
        return hash(frozenset(self.at.items()))

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        return np.interp(rng.uniform(purpose, entity), *self._line())

    def average(self) -> float:
        """The area under the lines."""
        shares, values = self._line()
        return float(np.sum(np.diff(shares) * (values[1:] + values[:-1]) / 2))

    def _line(self) -> tuple[F64, F64]:
        return np.array([s.of_one for s in self.at]), np.array([float(q.amount) for q in self.at.values()])


OneKind = Constant[Q] | Exponential[Q] | LogNormal[Q] | Gamma[Q] | Weibull[Q] | Quantiles[Q]


class MixturePart(Part, Generic[Q], frozen=True):
    """A share of all values, and what these are drawn from."""

    share: Share
    distribution: OneKind[Q]


class Mixture(Distribution[Q], frozen=True, tag="mixture"):
    """Values of several kinds, as in: 90 % of the parcels weigh little and the others much."""

    of: Annotated[tuple[MixturePart[Q], ...], Meta(min_length=1)]

    def _sample(self, rng: Randomness, purpose: str, entity: U64) -> F64:
        ends = np.cumsum([part.share.of_one for part in self.of])
        chosen = np.searchsorted(ends[:-1], rng.uniform(f"{purpose}/part", entity) * ends[-1], side="right")
        values = np.empty(len(entity))
        for i, part in enumerate(self.of):
            its = chosen == i
            values[its] = part.distribution.sample(rng, f"{purpose}/part {i}", entity[its])
        return values

    def average(self) -> float:
        """The averages of the parts, each with its share."""
        total = sum(part.share.of_one for part in self.of)
        return sum(part.share.of_one * part.distribution.average() for part in self.of) / total


DurationDistribution = OneKind[Duration] | Mixture[Duration]
MassDistribution = OneKind[Mass] | Mixture[Mass]
