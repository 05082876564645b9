"""The same event sent again."""

from typing import Literal
from sim.faults.base import FaultBase
from sim.units import Duration, Share


class Duplicate(FaultBase, frozen=True, tag="duplicate"):
    """Send a share of the messages once more, ``delay`` later on average.

    The copy is byte for byte the ``same``; or has the same id and a ``changed`` body; or, for status changes, the same
    content under a ``new_id``.
    """

    share: Share
    copy: Literal["same", "changed", "new_id"] = "same"
    delay: Duration = Duration(30 * 1_000_000)
