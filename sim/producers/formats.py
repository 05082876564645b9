"""How each producer writes its messages, as a scenario says."""

from __future__ import annotations

import numpy as np

from sim.arrays import I64
from sim.ledger import FORMATS
from sim.producers.names import PRODUCERS
from sim.scenario_parts.producers import Producers


def format_codes(producers: Producers) -> I64:
    """For each of ``PRODUCERS`` the row of ``FORMATS``."""
    return np.array([FORMATS.index(getattr(producers, name).format) for name in PRODUCERS], dtype=np.int64)
