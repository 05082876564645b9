"""Devices as causes name them: a plan knows their numbers alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.arrays import I64
from sim.producers.causes import causes
from sim.producers.names import PRODUCERS
from sim.producers.plan import DEVICE_BITS


def device_causes(before: str, device: I64, after: str = "") -> pa.Array:
    """For each message a text about its device."""
    distinct, which = np.unique(device, return_inverse=True)
    return causes([f"{before}{_name(number)}{after}" for number in distinct.tolist()], which)


def _name(device: int) -> str:
    return f"{PRODUCERS[device >> DEVICE_BITS]} {device & ((1 << DEVICE_BITS) - 1)}"
