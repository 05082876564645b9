"""What all faults share: strict keys, and the producers they touch."""

from __future__ import annotations

import msgspec

from sim.producers.names import PRODUCERS, Producer


class FaultBase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """A fault's parameters. ``kind`` in the scenario file says which."""

    producers: tuple[Producer, ...] = PRODUCERS
