"""Bytes that are no longer a message: cut short, not UTF-8, or not JSON at all."""

from sim.faults.base import FaultBase
from sim.units import Share


class Corrupt(FaultBase, frozen=True, tag="corrupt"):
    """Damage the bytes of a share of the producers' messages on their way."""

    share: Share
