"""Many messages under one key."""

from sim.faults.base import FaultBase
from sim.units import Duration, Share


class Hotspot(FaultBase, frozen=True, tag="hotspot"):
    """Between ``after`` and ``until``, a share of the messages is keyed by ``key`` in place of what they are about."""

    share: Share
    key: str = "hot"
    after: Duration = Duration(0)
    until: Duration = Duration(365 * 86_400 * 1_000_000)
