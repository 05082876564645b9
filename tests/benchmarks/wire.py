"""How many messages a second columns become bytes, and how that compares with an object for each message.

Run: ``python tests/benchmarks/wire.py``. One process, and each figure is the median of 7 batches of 65,536 messages.
"""

import time
from collections.abc import Callable

import msgspec
import numpy as np
import pyarrow as pa

from pipeline.contract.columns import payload_type
from pipeline.contract.events import Envelope, Geo
from sim.rng import Randomness
from sim.wire.envelopes import Envelopes
from sim.wire.json_body import envelope_json, payload_json
from sim.wire.texts import times

ROWS = 65_536
BATCHES = 7
_RNG = Randomness(1)
_encode = msgspec.json.Encoder().encode


def _number(name: str, low: float, high: float, decimals: int) -> pa.Array:
    return pa.array(np.round(low + (high - low) * _RNG.uniform(name, np.arange(ROWS)), decimals))


def _one_of(name: str, values: int) -> pa.Array:
    texts = pa.array([f"{name}-{number}" for number in range(values)])
    return pa.DictionaryArray.from_arrays(
        pa.array((_RNG.uniform(name, np.arange(ROWS)) * values).astype(np.int32)), texts
    )


def _facts() -> pa.Table:
    return pa.table(
        {
            "vehicle_id": _one_of("vehicle", 300),
            "driver_id": _one_of("driver", 300),
            "geo_lat": _number("lat", 47, 55, 6),
            "geo_lon": _number("lon", 6, 15, 6),
            "speed_kmh": _number("speed", 0, 130, 1),
            "harsh_brakes": pa.array((_RNG.uniform("brakes", np.arange(ROWS)) * 3).astype(np.int64)),
            "odometer_km": _number("odometer", 0, 200_000, 1),
            "fuel_pct": _number("fuel", 0, 100, 1),
            "battery_pct": _number("battery", 0, 100, 1),
            "temperature_c": _number("temperature", -25, 8, 1),
        }
    )


def _columns() -> dict[str, pa.Array]:
    return {
        "event_id": _RNG.uuid_texts("event_id", np.arange(ROWS)),
        "source": _one_of("gateway", 1),
        "trace_id": pa.nulls(ROWS, pa.string()),
        "tenant_id": _one_of("tenant", 3),
    }


def _objects(
    event_type: str, version: int, facts: pa.Table, columns: dict[str, pa.Array], moments: np.ndarray
) -> list[bytes]:
    struct = payload_type(event_type, version)
    fields = [facts[name].to_pylist() for name in struct.__struct_fields__ if name in facts.column_names]
    if "geo" in struct.__struct_fields__:
        fields.append(map(Geo, facts["geo_lat"].to_pylist(), facts["geo_lon"].to_pylist()))
    texts = times(moments).to_pylist()
    ids, source, trace, tenant = (columns[name].to_pylist() for name in ("event_id", "source", "trace_id", "tenant_id"))
    bodies = map(msgspec.Raw, map(_encode, map(struct, *fields)))
    kind = [event_type] * ROWS, [version] * ROWS
    return [_encode(e) for e in map(Envelope, ids, *kind, texts, texts, source, bodies, trace, tenant)]


def _ns(make: Callable[[], object]) -> float:
    taken = []
    for _ in range(BATCHES):
        begin = time.perf_counter()
        make()
        taken.append((time.perf_counter() - begin) / ROWS * 1e9)
    return sorted(taken)[BATCHES // 2]


if __name__ == "__main__":
    facts, columns = _facts(), _columns()
    moments = 1_767_225_600_000_000 + (_RNG.uniform("time", np.arange(ROWS)) * 86_400_000_000).astype(np.int64)
    for kind in (("vehicle.telemetry", 1), ("vehicle.telemetry", 2), ("driver.location", 1)):

        def from_columns(kind: tuple[str, int] = kind) -> pa.BinaryArray:
            payload = payload_json(*kind, facts)
            given = Envelopes(event_time=moments, producer_time=moments, payload=payload, **columns)
            return envelope_json(*kind, given)

        def from_objects(kind: tuple[str, int] = kind) -> list[bytes]:
            return _objects(*kind, facts, columns, moments)

        assert from_columns().to_pylist() == from_objects()
        ours, theirs = _ns(from_columns), _ns(from_objects)
        print(
            f"{kind[0]} version {kind[1]}: {1e9 / ours:,.0f} messages a second ({ours:.0f} ns each), "
            f"{theirs / ours:.1f} times as many as an object for each ({theirs:.0f} ns)"
        )
    print(f"an event id: {_ns(lambda: _RNG.uuid_texts('event_id', np.arange(ROWS))):.0f} ns")
