"""Randomness is a pure function of (seed, purpose, entity, draw)."""

import numpy as np
import pytest

from sim.rng import Randomness, philox4x32


def _words(*values: int) -> tuple[np.ndarray, ...]:
    return tuple(np.array([value], dtype=np.uint64) for value in values)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_answers(counter, key, expected):
    """Known answers of Philox4x32-10 from the Random123 distribution."""
    assert tuple(int(word[0]) for word in philox4x32(_words(*counter), key)) == expected


def test_a_draw_does_not_depend_on_its_neighbours():
    randomness = Randomness(7)
    alone = [randomness.uniform("x", [entity])[0] for entity in (5, 3, 900)]
    assert alone == randomness.uniform("x", [5, 3, 900]).tolist()


def test_seed_purpose_entity_and_draw_each_make_another_number():
    numbers = {
        Randomness(seed).uniform(purpose, [entity], draw)[0]
        for seed in (1, 2)
        for purpose in ("a", "b")
        for entity in (1, 2**40)
        for draw in (0, 1)
    }
    assert len(numbers) == 16


def test_uniform_fills_the_unit_interval_evenly():
    numbers = Randomness(1).uniform("spread", np.arange(100_000))
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts, _ = np.histogram(numbers, bins=20, range=(0, 1))
    assert abs(counts - 5000).max() < 400  # more than five standard deviations of 69


def test_exponential_has_its_mean():
    numbers = Randomness(1).exponential("wait", np.arange(100_000), mean=30.0)
    assert numbers.mean() == pytest.approx(30, rel=0.02)


def test_uuids_are_version_4_and_distinct():
    ids = Randomness(1).uuids("id", np.arange(10_000))
    assert len(set(ids)) == 10_000
    assert all(len(i) == 36 and i[14] == "4" and i[19] in "89ab" for i in ids)


def test_uuids_are_what_they_always_were():
    texts = Randomness(3).uuid_texts("a", np.array([0, 1, 2**60]))
    assert texts.to_pylist() == [
        "35c459e7-edab-4f0b-b319-e7249b0739a0",
        "e5119f7f-aba8-464a-8c92-8fb511f66e66",
        "221d1f97-e786-41d8-81ba-00e5b9dac4f1",
    ]
    assert Randomness(3).uuids("a", np.arange(2)) == texts.to_pylist()[:2]
    assert len(Randomness(3).uuid_texts("a", [])) == 0
