"""How long a million keyed draws take: our counter-based function against NumPy's Philox, a generator for each key.

Run: ``python tests/benchmarks/randomness.py``.
"""

import time

import numpy as np

from sim.rng import Randomness

DRAWS = 1_000_000
KEYS = 20_000


def _ours() -> float:
    begin = time.perf_counter()
    Randomness(1).uniform("benchmark", np.arange(DRAWS))
    return (time.perf_counter() - begin) / DRAWS


def _generator_for_each_key() -> float:
    begin = time.perf_counter()
    for entity in range(KEYS):
        np.random.Generator(np.random.Philox(key=np.array([1, entity], dtype=np.uint64))).random()
    return (time.perf_counter() - begin) / KEYS


if __name__ == "__main__":
    ours, numpys = (sorted(f() for _ in range(5))[2] for f in (_ours, _generator_for_each_key))
    print(f"one draw for one key, median of 5: ours {ours * 1e9:.0f} ns, numpy.random.Philox {numpys * 1e9:.0f} ns")
    print(f"ratio {numpys / ours:.0f}")
