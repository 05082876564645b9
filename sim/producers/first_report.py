"""How facts are reported when nothing goes wrong: who says it, when, and in which version."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc

from pipeline.contract.events import STATUS_CHANGED
from sim.arrays import F64, I64
from sim.facts import Facts
from sim.producers.entities import in_cohort
from sim.producers.lookup import event_times
from sim.producers.names import PRODUCERS, Producer
from sim.producers.plan import DEVICE_BITS, EVENT_TYPE_NAMES, SOUND, Messages, type_code
from sim.producers.senders import SENDER, STATUS_SENDER
from sim.rng import Randomness
from sim.scenario_parts.producers import Producers

_SENDS_AFTER_S: dict[Producer, float] = {
    "order_system": 0.05,
    "driver_app": 2.0,
    "hand_scanner": 1.0,
    "carrier_feed": 60.0,
    "telematics_gateway": 5.0,
    "facility_system": 0.5,
}
"""Mean seconds from an event to its message, exponential; on the way it then takes as much as ``_NETWORK_US``."""
_NETWORK_US = 0.2e6
_MEANS_US = np.array([_SENDS_AFTER_S[name] * 1e6 for name in PRODUCERS])


def first_report(event_type: str, facts: Facts, producers: Producers, rng: Randomness) -> Messages:
    """One message for each fact of a type, as its producer sends it on a good day."""
    rows = np.arange(len(facts), dtype=np.int64)
    producer = _producers(event_type, facts)
    device = (producer << DEVICE_BITS) | (facts.actor & ((1 << DEVICE_BITS) - 1))
    event_time = event_times(facts)
    waits, travels = _latencies(event_type, facts, rng)
    producer_time = event_time + (waits * _MEANS_US[producer]).astype(np.int64)
    nothing, zero = np.full_like(rows, -1), np.zeros_like(rows)
    return Messages(
        event_type=np.full_like(rows, type_code(event_type)),
        fact_row=rows,
        producer=producer,
        device=device,
        luck=facts.luck,
        copy=zero,
        key=nothing,
        version=_versions(event_type, facts, device, producers, rng),
        event_time=event_time,
        producer_time=producer_time,
        ingest_time=producer_time + 1 + (travels * _NETWORK_US).astype(np.int64),
        body=np.full_like(rows, SOUND),
        detail=nothing,
        new_id=zero,
        copy_of=nothing,
        dropped=np.zeros(len(rows), dtype=bool),
    )


def all_first_reports(facts: Mapping[str, Facts], producers: Producers, rng: Randomness) -> Messages:
    """One message for each fact, type after type, so that each stands where its fact does."""
    parts = [first_report(name, facts[name], producers, rng) for name in EVENT_TYPE_NAMES]
    return Messages(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in Messages.__dataclass_fields__}
    )


def _producers(event_type: str, facts: Facts) -> I64:
    codes = np.full(len(facts), PRODUCERS.index(SENDER[event_type]), dtype=np.int64)
    if event_type == STATUS_CHANGED:
        statuses = facts.table["status"].combine_chunks()
        for status, producer in STATUS_SENDER.items():
            codes[pc.equal(statuses, status).to_numpy(zero_copy_only=False)] = PRODUCERS.index(producer)
    return codes


def _latencies(event_type: str, facts: Facts, rng: Randomness) -> tuple[F64, F64]:
    """Two numbers for each fact from the exponential distribution of mean 1, of one draw of 32 bits each."""
    waits, travels, _, _ = rng.words(f"report/{event_type}", facts.luck)
    return _exponential(waits), _exponential(travels)


def _exponential(words: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> F64:
    return np.asarray(-np.log1p(-(words.astype(np.float64) + 0.5) * 2.0**-32))


def _versions(event_type: str, facts: Facts, device: I64, producers: Producers, rng: Randomness) -> I64:
    newest = np.asarray(facts.table["event_version"].to_numpy(), dtype=np.int64)
    if SENDER[event_type] != "telematics_gateway":
        return newest
    new = in_cohort(device, producers.telematics_gateway.version_2, rng, "producers/telematics_gateway/version_2")
    return np.where(new, newest, np.minimum(newest, 1))
