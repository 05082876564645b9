"""Faults: what goes wrong between the world and the log. Each is a value with one verb, ``apply``."""

from collections import Counter
from collections.abc import Sequence

from sim.faults.base import Luck
from sim.faults.corrupt import Corrupt
from sim.faults.delay import Delay
from sim.faults.drift import Drift
from sim.faults.duplicate import Duplicate
from sim.faults.hotspot import Hotspot
from sim.faults.offline import Offline
from sim.producers.plan import Plan
from sim.rng import Randomness

Fault = Corrupt | Delay | Drift | Duplicate | Hotspot | Offline

_ORDER: tuple[type[Fault], ...] = (Drift, Corrupt, Hotspot, Offline, Delay, Duplicate)
"""Bodies first, then keys, then times, then copies: so a copy repeats what was really sent, and comes after it."""


def apply_all(faults: Sequence[Fault], plan: Plan, randomness: Randomness) -> Plan:
    """The plan with every fault applied. The order in the scenario file does not matter."""
    seen: Counter[str] = Counter()
    lucks = []
    for index, fault in enumerate(faults):
        kind = type(fault).__name__.lower()
        lucks.append(Luck(index, kind, seen[kind], randomness))
        seen[kind] += 1
    for kind_of_fault in _ORDER:
        for fault, luck in zip(faults, lucks, strict=True):
            if isinstance(fault, kind_of_fault):
                plan = fault.apply(plan, luck)
    return plan


__all__ = ["Corrupt", "Delay", "Drift", "Duplicate", "Fault", "Hotspot", "Offline", "apply_all"]
