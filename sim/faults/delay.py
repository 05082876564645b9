"""Messages that overtake each other."""

from sim.faults.base import FaultBase
from sim.units import Duration, Share


class Delay(FaultBase, frozen=True, tag="delay"):
    """Hold back a share of the messages, each by up to ``longest``, so that later ones come first."""

    share: Share
    longest: Duration
