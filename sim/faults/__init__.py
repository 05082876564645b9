"""Faults: what goes wrong between the world and the log. Each is a value with one verb, ``apply``."""

from sim.faults.corrupt import Corrupt
from sim.faults.delay import Delay
from sim.faults.drift import Drift
from sim.faults.duplicate import Duplicate
from sim.faults.hotspot import Hotspot
from sim.faults.offline import Offline

Fault = Corrupt | Delay | Drift | Duplicate | Hotspot | Offline

__all__ = ["Corrupt", "Delay", "Drift", "Duplicate", "Fault", "Hotspot", "Offline"]
