"""Standard random numbers from uniform ones, counter-based: each is a function of seed, purpose and entity alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.arrays import F64, U64, Mask
from sim.rng import Randomness


def standard_normal(rng: Randomness, purpose: str, entity: npt.ArrayLike, draw: int = 0) -> F64:
    """For each entity a number from the normal distribution of mean 0 and variance 1, of draws ``draw`` and the next.

    Box and Muller, "A note on the generation of random normal deviates" (1958).
    """
    radius = np.sqrt(-2 * np.log1p(-rng.uniform(purpose, entity, draw)))
    return np.asarray(radius * np.cos(2 * np.pi * rng.uniform(purpose, entity, draw + 1)))


def standard_gamma(rng: Randomness, purpose: str, entity: U64, shape: float) -> F64:
    """For each of a flat array of entities a number from the gamma distribution of scale 1.

    Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). Draw 0 lifts shapes below 1 (their
    section 6); each attempt takes the next three, so that what others are in the batch changes nothing.
    """
    if shape < 1:
        lift = (1 - rng.uniform(purpose, entity)) ** (1 / shape)
        return np.asarray(standard_gamma(rng, purpose, entity, shape + 1) * lift)
    result = np.empty(len(entity))
    waiting, draw = np.arange(len(entity)), 1
    while len(waiting):
        value, accepted = _attempt(rng, purpose, entity[waiting], shape, draw)
        result[waiting[accepted]] = value[accepted]
        waiting, draw = waiting[~accepted], draw + 3
    return result


def _attempt(rng: Randomness, purpose: str, entity: U64, shape: float, draw: int) -> tuple[F64, Mask]:
    d = shape - 1 / 3
    x = standard_normal(rng, purpose, entity, draw)
    v = np.maximum(1 + x / np.sqrt(9 * d), 0.0) ** 3
    with np.errstate(divide="ignore"):  # v = 0 is refused: its logarithm is below all others
        limit = 0.5 * x**2 + d - d * v + d * np.log(v)
    return d * v, np.log1p(-rng.uniform(purpose, entity, draw + 2)) < limit
