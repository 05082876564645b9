"""What all faults share: strict keys, the producers they touch, and luck of their own."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy.typing as npt
import pyarrow as pa

from sim.arrays import F64, I64, Mask
from sim.producers.entities import in_cohort, message_entities, picked
from sim.producers.names import PRODUCERS, Producer
from sim.producers.plan import Firing, Messages, Plan, noted
from sim.rng import Randomness
from sim.units import Duration, Share

EVER = Duration(365 * 86_400 * 1_000_000)
"""Where a fault has no end of its own."""


@dataclass(frozen=True)
class Luck:
    """The draws of one fault: apart from those of every other, whatever else the scenario holds."""

    index: int
    """The fault's place in the scenario."""
    kind: str
    ordinal: int
    """How many faults of this kind stand before it: its place beside other kinds does not matter."""
    randomness: Randomness

    def purpose(self, what: str) -> str:
        """A purpose that no other fault draws for."""
        return f"fault/{self.kind}/{self.ordinal}/{what}"

    def uniform(self, what: str, entity: npt.ArrayLike) -> F64:
        """For each entity a number in [0, 1)."""
        return self.randomness.uniform(self.purpose(what), entity)

    def of_messages(self, what: str, messages: Messages, rows: I64) -> F64:
        """For each of these messages a number in [0, 1), whatever else is sent."""
        return self.uniform(what, message_entities(messages, rows))

    def firing(self, rows: I64, cause: pa.Array, held_us: I64 | None = None) -> Firing:
        """A note of what this fault does."""
        return noted(f"faults.{self.index}", self.kind, rows, cause, held_us=held_us)


class FaultBase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """A fault's parameters. ``kind`` in the scenario file says which."""

    producers: tuple[Producer, ...] = PRODUCERS

    @property
    def kind(self) -> str:
        """As the scenario file writes it."""
        return str(self.__struct_config__.tag)

    def touches(self, plan: Plan) -> Mask:
        """The first copies of the messages of this fault's producers, but for what got lost."""
        return plan.sent_by(PRODUCERS.index(name) for name in self.producers) & ~plan.messages.dropped

    def pick(self, plan: Plan, among: Mask, share: Share, luck: Luck) -> I64:
        """The rows of about a share of these messages, each drawn for itself."""
        return picked(plan.messages, among, share, luck.randomness, luck.purpose("pick"))

    def cohort(self, plan: Plan, share: Share, luck: Luck) -> Mask:
        """For each message whether its device is in a share of all devices, drawn for each device."""
        return in_cohort(plan.messages.device, share, luck.randomness, luck.purpose("cohort"))
