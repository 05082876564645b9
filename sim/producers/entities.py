"""Who draws luck: numbers for messages, devices and cohorts that depend on nothing else in the plan."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from sim.arrays import I64, U64, Mask
from sim.producers.names import PRODUCERS, Producer
from sim.producers.plan import DEVICE_BITS, Messages
from sim.rng import Randomness
from sim.units import Share

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_COPY_BITS = 8


def message_entities(messages: Messages, rows: npt.NDArray[np.int64]) -> U64:
    """A number for each of these messages: its type, its fact's luck and its copy, mixed.

    The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014) is one to
    one, so that no two facts of a type share a number.
    """
    kind = (messages.event_type[rows] << _COPY_BITS) + messages.copy[rows]
    mixed = messages.luck[rows] + kind.astype(np.uint64) * _GAMMA
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def picked(messages: Messages, among: Mask, share: Share, rng: Randomness, purpose: str) -> I64:
    """The rows of about a share of these messages, each drawn for itself."""
    rows = np.flatnonzero(among) if share.of_one else np.zeros(0, np.int64)
    if share.of_one == 1:
        return rows
    return rows[rng.uniform(purpose, message_entities(messages, rows)) < share.of_one]


def devices(producer: Producer, actors: npt.ArrayLike) -> I64:
    """The numbers of a producer's devices, by actor."""
    return (PRODUCERS.index(producer) << DEVICE_BITS) | np.asarray(actors, dtype=np.int64)


def actors(device: I64) -> I64:
    """Who acts through each device."""
    return device & ((1 << DEVICE_BITS) - 1)


def in_cohort(device: I64, share: Share, rng: Randomness, purpose: str) -> Mask:
    """For each message whether its device is in a share of all devices, drawn for each device. Cohorts nest."""
    distinct, places = np.unique(device, return_inverse=True)
    chosen: Mask = rng.uniform(purpose, distinct) < share.of_one
    return chosen[places]


def sent_by(messages: Messages, *producers: Producer) -> Mask:
    """The messages of these producers, copies too."""
    return is_one_of(messages.producer, [PRODUCERS.index(name) for name in producers])


def is_one_of(codes: I64, wanted: Iterable[int]) -> Mask:
    """For each code, from 0, whether it is wanted."""
    table = np.zeros(256, dtype=bool)
    table[list(wanted)] = True
    return np.asarray(table[codes], dtype=bool)
