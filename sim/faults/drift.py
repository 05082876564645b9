"""A schema that changes while nobody is told."""

from typing import Literal
from sim.faults.base import FaultBase
from sim.units import Duration, Share


class Drift(FaultBase, frozen=True, tag="drift"):
    """From ``after`` on, a share of the devices sends one event type in a new shape.

    ``add_field`` puts a field there that the contract does not have; ``break_type`` sends text where the contract wants a number.
    """

    change: Literal["add_field", "break_type"]
    event_type: str
    field: str
    share: Share
    after: Duration = Duration(0)
