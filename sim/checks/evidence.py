"""What in the log proves that a fault fired at a message: one SQL condition for each kind of fault.

Conditions are over ``f``, the firing, and ``b``, the log's message at its place (see ``log_bodies``).
"""

from __future__ import annotations

from functools import singledispatch

from sim.checks.scratch import literal
from sim.faults import Corrupt, Delay, Drift, Duplicate, Hotspot, Offline

_OTHER = "exists (from bodies o where o.fact_row = b.fact_row and o.event_type = b.event_type and {})"
_HELD_US = r"try_cast(regexp_extract(f.cause, ' held (\d+) us$', 1) as bigint)"
_SENT_US = "epoch_us(coalesce(try_cast(b.body->>'$.producer_time' as timestamptz), b.planned_producer_time))"


@singledispatch
def evidence(fault: object) -> str:
    """SQL that is true for a firing of which the log holds the proof. Raises TypeError for a kind without a proof."""
    raise TypeError(f"nothing is known to prove that {type(fault).__name__} fired")


@evidence.register(Corrupt)
def _(_fault: Corrupt) -> str:
    return "not b.strict"


@evidence.register(Hotspot)
def _(fault: Hotspot) -> str:
    return f"b.key = {literal(fault.key)}"


@evidence.register(Delay)
@evidence.register(Offline)
def _(_fault: Delay | Offline) -> str:
    # A damaged body no longer says when it was sent; then the ledger does.
    return f"epoch_us(b.ingest_time) - {_SENT_US} >= {_HELD_US}"


@evidence.register(Drift)
def _(fault: Drift) -> str:
    if fault.change == "add_field":
        path = f'$.payload."{fault.field}"'
        return f"json_exists(b.body, {literal(path)})"
    return f"json_type(b.body, {literal(f'$.payload.{fault.field}')}) = 'VARCHAR'"


@evidence.register(Duplicate)
def _(fault: Duplicate) -> str:
    if fault.copy == "same":
        return _OTHER.format("o.message_id <> b.message_id and o.digest = b.digest")
    if fault.copy == "changed":
        same_id = " and ".join(_equal(f"$.{name}") for name in ("source", "event_id"))
        return _OTHER.format(f"o.digest <> b.digest and {same_id}")
    same_change = " and ".join(_equal(path) for path in ("$.payload.shipment_id", "$.payload.status", "$.event_time"))
    return _OTHER.format(f"{same_change} and not {_equal('$.event_id')}")


def _equal(path: str) -> str:
    return f"(o.body->>'{path}' = b.body->>'{path}')"
