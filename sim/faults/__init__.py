"""Faults: what goes wrong between the world and the log. Each is a value with one verb, ``apply``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sim.faults.base import Luck
from sim.faults.clock_skew import ClockSkew
from sim.faults.corrupt import Corrupt
from sim.faults.delay import Delay
from sim.faults.drift import Drift
from sim.faults.drop import Drop
from sim.faults.duplicate import Duplicate
from sim.faults.hotspot import Hotspot
from sim.faults.offline import Offline
from sim.faults.poison import Poison
from sim.faults.replay import Replay
from sim.faults.window_edge import WindowEdge
from sim.producers.copies import apart
from sim.producers.plan import Plan
from sim.rng import Randomness

Fault = ClockSkew | Corrupt | Delay | Drift | Drop | Duplicate | Hotspot | Offline | Poison | Replay | WindowEdge

_ORDER: tuple[type[Fault], ...] = (
    Drop,
    Drift,
    Corrupt,
    Poison,
    ClockSkew,
    Hotspot,
    Offline,
    Delay,
    WindowEdge,
    Duplicate,
    Replay,
)
"""Losses first, since nothing can be shown at a message that is not there. Then bodies and clocks, which change bytes,
at a message and all copies of it that its producer's own mechanisms made, so that these stay copies. Then keys, then
times, which bytes do not tell. Copies last: they repeat what was really sent."""


def apply_all(faults: Sequence[Fault], plan: Plan, randomness: Randomness) -> Plan:
    """The plan with every fault applied. The order in the scenario file does not matter."""
    seen: Counter[str] = Counter()
    lucks = []
    for index, fault in enumerate(faults):
        lucks.append(Luck(index, fault.kind, seen[fault.kind], randomness))
        seen[fault.kind] += 1
    for kind_of_fault in _ORDER:
        for fault, luck in zip(faults, lucks, strict=True):
            if isinstance(fault, kind_of_fault):
                plan = fault.apply(plan, luck)
    return replace(plan, messages=apart(plan.messages)) if faults else plan


__all__ = [
    "ClockSkew",
    "Corrupt",
    "Delay",
    "Drift",
    "Drop",
    "Duplicate",
    "Fault",
    "Hotspot",
    "Offline",
    "Poison",
    "Replay",
    "WindowEdge",
    "apply_all",
]
