"""Devices out of reach, which keep what they have to say and send it in one burst."""

from sim.faults.base import FaultBase
from sim.units import Duration, Share


class Offline(FaultBase, frozen=True, tag="offline"):
    """A share of the devices is out of reach once, from a moment after ``after``, for ``shortest`` to ``longest``."""

    share: Share
    shortest: Duration
    longest: Duration
    after: Duration = Duration(0)
