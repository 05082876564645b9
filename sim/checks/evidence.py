"""What in the log proves that a fault fired at a message: one SQL condition for each kind of fault and mechanism.

Conditions are over ``f``, the firing; ``m``, the ledger's message; ``t``, when its event really happened (``true_us``);
and ``b``, the log's message at the ledger's place (see ``log_bodies``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch

from sim import faults
from sim.checks.scratch import literal
from sim.scenario_parts.producers import Producers

_OTHER = "exists (from bodies o where o.fact_row = b.fact_row and o.event_type = b.event_type and {})"
_SAME_BYTES = _OTHER.format("o.message_id <> b.message_id and o.digest = b.digest")
# A damaged body no longer says what it was; then the ledger does.
_UNREADABLE = "m.body in ('malformed', 'poisoned')"
_SENT_US = "epoch_us(coalesce(try_cast(b.body->>'$.producer_time' as timestamptz), m.producer_time))"
_RECORDED_US = "epoch_us(coalesce(try_cast(b.body->>'$.event_time' as timestamptz), m.event_time))"
_CLOCK_OFF_US = "(epoch_us(m.event_time) - t.true_us)"
_WINDOW_US = 5 * 60 * 1_000_000
_HELD = f"epoch_us(b.ingest_time) - ({_SENT_US} - {_CLOCK_OFF_US}) >= f.held_us"
_CLOCK = f"b.digest is not null and {_RECORDED_US} = epoch_us(m.event_time) and {_CLOCK_OFF_US} <> 0"
_NOT_THERE = """f.message_id is null and not exists
    (from messages o where o.event_type = f.event_type and o.fact_row = f.fact_row and o.copy = 0)"""


@singledispatch
def evidence(fault: object) -> str:
    """SQL that is true for a firing of which the log holds the proof. Raises TypeError for a kind without a proof."""
    raise TypeError(f"nothing is known to prove that {type(fault).__name__} fired")


@evidence.register(faults.Corrupt)
def _(_fault: faults.Corrupt) -> str:
    return "not b.strict"


@evidence.register(faults.Poison)
def _(_fault: faults.Poison) -> str:
    return "not b.holds"


@evidence.register(faults.Hotspot)
def _(fault: faults.Hotspot) -> str:
    return f"b.key = {literal(fault.key)}"


@evidence.register(faults.Delay)
@evidence.register(faults.Offline)
def _(_fault: faults.Delay | faults.Offline) -> str:
    return _HELD


@evidence.register(faults.WindowEdge)
def _(fault: faults.WindowEdge) -> str:
    behind = f"epoch_us(b.ingest_time) - (floor(epoch_us(m.event_time) / {_WINDOW_US}) + 1)::bigint * {_WINDOW_US}"
    return f"{_HELD} and {behind} between {fault.lateness.us - 1} and {fault.lateness.us + 1}"


@evidence.register(faults.ClockSkew)
def _(_fault: faults.ClockSkew) -> str:
    return _CLOCK


@evidence.register(faults.Drop)
def _(_fault: faults.Drop) -> str:
    return _NOT_THERE


@evidence.register(faults.Drift)
def _(fault: faults.Drift) -> str:
    return _drifted(fault.change, fault.field)


@evidence.register(faults.Duplicate)
def _(fault: faults.Duplicate) -> str:
    if fault.copy == "same":
        return _SAME_BYTES
    if fault.copy == "changed":
        same_id = " and ".join(_equal(f"$.{name}") for name in ("source", "event_id"))
        return _OTHER.format(f"o.digest <> b.digest and {same_id}")
    same_change = " and ".join(_equal(path) for path in ("$.payload.shipment_id", "$.payload.status", "$.event_time"))
    return _OTHER.format(f"{same_change} and not {_equal('$.event_id')}")


@evidence.register(faults.Replay)
def _(_fault: faults.Replay) -> str:
    return _SAME_BYTES


def mechanism_evidence(fault_id: str, kind: str, producers: Producers) -> str:
    """The same for what a producer's mechanism did. Raises KeyError for a kind without a proof."""
    return _MECHANISMS[kind](fault_id, producers)


def _firmware(fault_id: str, producers: Producers) -> str:
    release = producers.telematics_gateway.firmware[_number(fault_id)]
    if release.change == "version_2":
        return f"m.event_version = 2 and ({_UNREADABLE} or b.body->>'$.event_version' = '2')"
    return _drifted(release.change, release.field)


def _hot_key(fault_id: str, producers: Producers) -> str:
    return f"b.key = {literal(producers.order_system.hot_keys[_number(fault_id)].key)}"


def _always(proof: str) -> Callable[[str, Producers], str]:
    return lambda fault_id, producers: proof


_MECHANISMS: Mapping[str, Callable[[str, Producers], str]] = {
    "dead_zone": _always(_HELD),
    "batch_upload": _always(_HELD),
    "restart": _always(_HELD),
    "clock": _always(_CLOCK),
    "retry": _always(_SAME_BYTES),
    "double_read": _always(_SAME_BYTES),
    "file_again": _always(_SAME_BYTES),
    "yesterdays_file": _always(_SAME_BYTES),
    "replay": _always(_SAME_BYTES),
    "firmware": _firmware,
    "hot_key": _hot_key,
}


def _number(fault_id: str) -> int:
    return int(fault_id.rpartition(".")[2])


def _drifted(change: str, field: str) -> str:
    if change == "add_field":
        path = f'$.payload."{field}"'
        return f"json_exists(b.body, {literal(path)})"
    return f"json_type(b.body, {literal(f'$.payload.{field}')}) = 'VARCHAR'"


def _equal(path: str) -> str:
    return f"(o.body->>'{path}' = b.body->>'{path}')"
