"""What a verdict counts: the fates of messages, and the faults that fired."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct, frozen=True):
    """Messages, and how many of them met each fate. ``clean`` are those on time."""

    messages: int = 0
    clean: int = 0
    late: int = 0
    too_late: int = 0
    duplicate: int = 0
    rejected: int = 0

    @property
    def disposed(self) -> int:
        """How many have a fate."""
        return self.clean + self.late + self.too_late + self.duplicate + self.rejected

    def __add__(self, other: Counts) -> Counts:
        mine, theirs = map(msgspec.structs.astuple, (self, other))
        return Counts(*(one + another for one, another in zip(mine, theirs, strict=True)))


class Conserved(msgspec.Struct, frozen=True):
    """What became of the messages of one tenant and event type. No tenant is an empty one."""

    tenant_id: str
    event_type: str
    planned: Counts
    """By the ledger."""
    observed: Counts
    """By the warehouse; ``messages`` are those in the raw archive."""


class FaultCount(msgspec.Struct, frozen=True):
    """How many messages a fault was planned to touch, and at how many the log shows that it did."""

    fault_id: str
    kind: str
    planned: int
    fired: int
