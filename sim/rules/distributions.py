"""Rules for distributions: parameters above 0, quantiles that rise, parts that make a whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sim.distributions import Distribution, Exponential, Gamma, LogNormal, Mixture, Quantiles, Weibull
from sim.rules.place import Broken, Path
from sim.units import Measure


def broken_distribution(one: Distribution[Measure], path: Path) -> Iterator[Broken]:
    """What is wrong with the parameters of a distribution."""
    match one:
        case Exponential() | Gamma():
            yield from _above_none(one.mean, (*path, "mean"))
        case LogNormal():
            yield from _above_none(one.median, (*path, "median"))
        case Weibull():
            yield from _above_none(one.scale, (*path, "scale"))
        case Quantiles():
            yield from _quantiles(one, (*path, "at"))
        case Mixture():
            yield from _mixture(one, (*path, "of"))


def _above_none(parameter: Measure, path: Path) -> Iterator[Broken]:
    if parameter.amount <= 0:
        yield path, f"found '{parameter.written}', want more than 0"


def _quantiles(one: Quantiles[Measure], path: Path) -> Iterator[Broken]:
    shares = list(one.at)
    if shares[0].of_one != 0 or shares[-1].of_one != 1:
        yield path, f"found '{shares[0].written}' to '{shares[-1].written}', want quantiles from 0% to 100%"
    for (share, value), (next_share, next_value) in pairwise(one.at.items()):
        if next_share.of_one <= share.of_one:
            yield (
                (*path, next_share.written),
                f"found '{next_share.written}' after '{share.written}', want shares to rise",
            )
        elif next_value.amount < value.amount:
            want = f"at least the {value.written} of '{share.written}', since quantiles rise"
            yield (*path, next_share.written), f"found '{next_value.written}', want {want}"


def _mixture(one: Mixture[Measure], path: Path) -> Iterator[Broken]:
    total = sum(part.share.of_one for part in one.of)
    if abs(total - 1) > 1e-9:
        yield path, f"found shares of {100 * total:g}% in all, want 100%"
    for i, part in enumerate(one.of):
        if part.share.of_one <= 0:
            yield (*path, i, "share"), f"found '{part.share.written}', want a share above 0%"
        yield from broken_distribution(part.distribution, (*path, i, "distribution"))
