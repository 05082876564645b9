"""What all faults share: strict keys, the producers they touch, and luck of their own."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from sim.arrays import F64, Mask
from sim.producers.names import PRODUCERS, Producer
from sim.producers.plan import Plan
from sim.rng import Randomness
from sim.units import Share


@dataclass(frozen=True)
class Luck:
    """The draws of one fault: apart from those of every other, whatever else the scenario holds."""

    fault: int
    """The index of the fault in the scenario."""
    kind: str
    ordinal: int
    """How many faults of this kind stand before it: its place beside other kinds does not matter."""
    randomness: Randomness

    def uniform(self, what: str, entity: npt.ArrayLike) -> F64:
        """For each entity a number in [0, 1)."""
        return self.randomness.uniform(f"fault/{self.kind}/{self.ordinal}/{what}", entity)


class FaultBase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """A fault's parameters. ``kind`` in the scenario file says which."""

    producers: tuple[Producer, ...] = PRODUCERS

    def touches(self, plan: Plan) -> Mask:
        """The first copies of the messages of this fault's producers."""
        return plan.sent_by(PRODUCERS.index(name) for name in self.producers)

    def pick(self, among: Mask, share: Share, luck: Luck) -> npt.NDArray[np.int64]:
        """The ids of about a share of these messages, each drawn for itself."""
        ids = np.flatnonzero(among)
        return ids[luck.uniform("pick", ids) < share.of_one]

    def cohort(self, plan: Plan, share: Share, luck: Luck) -> Mask:
        """For each message whether its device is in a share of all devices, drawn for each device."""
        devices = np.arange(len(plan.devices))
        chosen: Mask = luck.uniform("cohort", devices) < share.of_one
        return chosen[plan.messages.device]
