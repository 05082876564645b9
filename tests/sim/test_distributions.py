"""Each distribution draws what it declares, for an entity the same in whatever company, and never below 0."""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest

from sim.arrays import F64
from sim.distributions import (
    Constant,
    Distribution,
    Exponential,
    Gamma,
    LogNormal,
    Mixture,
    MixturePart,
    Quantiles,
    Weibull,
)
from sim.rng import Randomness
from sim.units import Duration, Mass, Measure, Share

RNG = Randomness(20260302)
DRAWS = 100_000
MIN = 60_000_000
CRITICAL = 1.95
"""Of the Kolmogorov-Smirnov statistic times the root of the number of draws: exceeded once in a thousand samples."""

Cdf = Callable[[float], float]


def gamma_cdf(shape: float) -> Cdf:
    """The regularised lower incomplete gamma function by its series: NIST DLMF 8.11.4."""

    def cdf(x: float) -> float:
        if x <= 0:
            return 0.0
        term = total = 1 / shape
        k = 1
        while term > total * 1e-15:
            term *= x / (shape + k)
            total += term
            k += 1
        return min(1.0, total * math.exp(shape * math.log(x) - x - math.lgamma(shape)))

    return cdf


def gamma(shape: float, mean: float) -> Cdf:
    standard = gamma_cdf(shape)
    return lambda x: standard(x * shape / mean)


def exponential(mean: float) -> Cdf:
    return lambda x: -math.expm1(-x / mean)


def log_normal(median: float, sigma: float) -> Cdf:
    return lambda x: NormalDist().cdf(math.log(x / median) / sigma)


def weibull(scale: float, shape: float) -> Cdf:
    return lambda x: -math.expm1(-((x / scale) ** shape))


def straight_lines(*points: tuple[float, float]) -> Cdf:
    values, shares = [value for value, _ in points], [share for _, share in points]
    return lambda x: float(np.interp(x, values, shares))


MEASURED = Quantiles(at={Share(0.0): Duration(10), Share(0.5): Duration(60), Share(1.0): Duration(300)})
MOSTLY_SHORT = Mixture(
    of=(
        MixturePart(share=Share(0.9), distribution=Gamma(mean=Duration(2 * MIN), shape=4.0)),
        MixturePart(share=Share(0.1), distribution=Exponential(mean=Duration(20 * MIN))),
    )
)


def mostly_short(x: float) -> float:
    return 0.9 * gamma(4, 2 * MIN)(x) + 0.1 * exponential(20 * MIN)(x)


DECLARED: list[tuple[Distribution[Duration] | Distribution[Mass], Cdf]] = [
    (Exponential(mean=Duration(90 * MIN)), exponential(90 * MIN)),
    (LogNormal(median=Mass(2_000), sigma=0.9), log_normal(2_000, 0.9)),
    (LogNormal(median=Duration(90 * MIN), sigma=3.0), log_normal(90 * MIN, 3.0)),
    (Gamma(mean=Duration(3 * MIN), shape=6.0), gamma(6, 3 * MIN)),
    (Gamma(mean=Duration(3 * MIN), shape=1.0), gamma(1, 3 * MIN)),
    (Gamma(mean=Duration(3 * MIN), shape=0.4), gamma(0.4, 3 * MIN)),
    (Gamma(mean=Duration(3 * MIN), shape=80.0), gamma(80, 3 * MIN)),
    (Weibull(scale=Duration(8 * MIN), shape=1.7), weibull(8 * MIN, 1.7)),
    (Weibull(scale=Duration(8 * MIN), shape=0.6), weibull(8 * MIN, 0.6)),
    (MEASURED, straight_lines((10, 0), (60, 0.5), (300, 1))),
    (MOSTLY_SHORT, mostly_short),
]
EACH = [one for one, _ in DECLARED]


def name(value: object) -> str:
    return str(value)[:60] if isinstance(value, Distribution) else ""


def distance(values: F64, cdf: Cdf) -> float:
    """The Kolmogorov-Smirnov statistic times the root of the number of draws."""
    ordered = np.sort(values)
    wanted = np.array([cdf(x) for x in ordered.tolist()])
    ranks = np.arange(len(ordered) + 1) / len(ordered)
    apart = max(np.max(np.abs(ranks[1:] - wanted)), np.max(np.abs(ranks[:-1] - wanted)))
    return float(apart * math.sqrt(len(ordered)))


@pytest.mark.parametrize(("one", "cdf"), DECLARED, ids=name)
def test_draws_are_distributed_as_declared(one: Distribution[Measure], cdf: Cdf) -> None:
    assert distance(one.sample(RNG, "ks", np.arange(DRAWS)), cdf) < CRITICAL


@pytest.mark.parametrize(
    "wrong",
    [
        (Exponential(mean=Duration(MIN)), exponential(1.05 * MIN)),
        (LogNormal(median=Duration(MIN), sigma=0.9), log_normal(1.05 * MIN, 0.9)),
        (LogNormal(median=Duration(MIN), sigma=0.9), log_normal(MIN, 0.945)),
        (Gamma(mean=Duration(MIN), shape=6.0), gamma(6 * 1.05, MIN)),
        (Gamma(mean=Duration(MIN), shape=6.0), gamma(6, 1.05 * MIN)),
        (Weibull(scale=Duration(MIN), shape=1.7), weibull(MIN, 1.7 * 1.05)),
    ],
    ids=lambda wrong: name(wrong[0]),
)
def test_a_parameter_that_is_five_percent_wrong_is_seen(wrong: tuple[Distribution[Measure], Cdf]) -> None:
    one, cdf = wrong
    assert distance(one.sample(RNG, "ks", np.arange(DRAWS)), cdf) > CRITICAL


@pytest.mark.parametrize("one", [one for one in EACH if getattr(one, "sigma", 0) < 2], ids=name)
def test_the_mean_of_many_draws_is_the_average(one: Distribution[Measure]) -> None:
    draws = one.sample(RNG, "mean", np.arange(400_000))
    assert abs(draws.mean() - one.average()) < 4 * draws.std() / math.sqrt(len(draws))


def test_the_average_of_a_heavy_tail_that_few_draws_reach() -> None:
    assert LogNormal(median=Duration(10), sigma=3.0).average() == pytest.approx(10 * math.exp(4.5))


@pytest.mark.parametrize("one", [*EACH, Constant(value=Duration(7))], ids=name)
def test_an_entity_has_the_same_value_in_whatever_batch(one: Distribution[Measure]) -> None:
    ids = np.arange(1_000, dtype=np.uint64) * 2**40 + 5
    together = one.sample(RNG, "x", ids)
    assert [float(one.sample(RNG, "x", i)) for i in ids[:200]] == together[:200].tolist()
    assert one.sample(RNG, "x", ids[::-3]).tolist() == together[::-3].tolist()
    assert one.sample(RNG, "x", ids[37:91]).tolist() == together[37:91].tolist()
    assert one.sample(RNG, "x", ids.reshape(10, 100)).tolist() == together.reshape(10, 100).tolist()


@pytest.mark.parametrize("one", EACH, ids=name)
def test_purposes_and_seeds_and_entities_are_kept_apart(one: Distribution[Measure]) -> None:
    ids = np.arange(20_000)
    first = np.argsort(np.argsort(one.sample(RNG, "repair", ids)))
    others = (
        one.sample(RNG, "stop", ids),
        one.sample(Randomness(8), "repair", ids),
        one.sample(RNG, "repair", ids + 1),
    )
    for other in others:
        assert abs(np.corrcoef(first, np.argsort(np.argsort(other)))[0, 1]) < 0.03


@pytest.mark.parametrize(
    "extreme",
    [
        LogNormal(median=Duration(3600 * 1_000_000), sigma=5.0),
        Weibull(scale=Duration(3600 * 1_000_000), shape=0.1),
        Gamma(mean=Duration(1), shape=0.1),
        Gamma(mean=Duration(3600 * 1_000_000), shape=100.0),
    ],
    ids=name,
)
def test_draws_are_finite_never_negative_and_fit_whole_numbers(extreme: Distribution[Measure]) -> None:
    draws = extreme.sample(RNG, "extreme", np.arange(DRAWS))
    assert draws.min() >= 0
    assert draws.max() <= 2**53


def test_no_entities_no_draws() -> None:
    for one in [*EACH, Constant(value=Duration(7))]:
        assert one.sample(RNG, "x", np.zeros(0, np.uint64)).shape == (0,)


def test_a_constant_is_always_the_same() -> None:
    assert Constant(value=Mass(5)).sample(RNG, "x", [1, 2]).tolist() == [5, 5]
    assert Constant(value=Mass(5)).average() == 5


def test_distributions_are_values() -> None:
    again = Quantiles(at=dict(MEASURED.at))
    assert (again, hash(again)) == (MEASURED, hash(MEASURED))
    assert len({*EACH, *EACH}) == len(EACH)
