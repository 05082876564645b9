"""What proves that a fault or mechanism fired, by kind, over the columns of a plan: no bytes, no log."""

from __future__ import annotations

import numpy as np

from sim.arrays import I64, Mask
from sim.ledger import Body
from sim.producers.lookup import happened, sent
from sim.producers.plan import Firing, Messages, Plan, body_code
from sim.scenario import Scenario

BYTES = ("event_type", "fact_row", "version", "event_time", "producer_time", "body", "detail", "new_id")


def same_bytes(messages: Messages, rows: I64, others: I64) -> Mask:
    """Whether these messages and those are byte for byte the same, pair by pair."""
    same: Mask = np.logical_and.reduce(
        [getattr(messages, name)[rows] == getattr(messages, name)[others] for name in BYTES]
    )
    return same


def proven(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    """For each row of a firing whether what arrives shows it."""
    if firing.kind == "drop":
        return plan.messages.dropped[firing.rows]
    arrived = ~plan.messages.dropped[firing.rows]
    return arrived & _PROOFS[firing.kind](scenario, plan, firing)


def _held(_scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    return plan.messages.ingest_time[firing.rows] - sent(plan)[firing.rows] >= firing.held_us


def _at_the_edge(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    window, lateness = 5 * 60 * 1_000_000, _fault(scenario, firing).lateness.us
    behind = plan.messages.ingest_time - (plan.messages.event_time // window + 1) * window
    return _held(scenario, plan, firing) & (np.abs(behind[firing.rows] - lateness) <= 1)


def _another(plan: Plan, firing: Firing, columns: tuple[str, ...]) -> Mask:
    """Whether another message that arrives is equal in these columns."""
    mixed = np.zeros(len(plan.messages), dtype=np.uint64)
    for name in columns:
        mixed = (mixed + getattr(plan.messages, name).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    arrived = ~plan.messages.dropped
    values, counts = np.unique(mixed[arrived], return_counts=True)
    there = np.minimum(np.searchsorted(values, mixed[firing.rows]), len(values) - 1)
    more_than_one: Mask = (values[there] == mixed[firing.rows]) & (counts[there] > 1)
    return more_than_one


def _copied(_scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    return _another(plan, firing, BYTES)


def _duplicated(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    copy = _fault(scenario, firing).copy
    if copy == "same":
        return _copied(scenario, plan, firing)
    if copy == "new_id":
        return _another(plan, firing, ("event_type", "fact_row", "event_time")) & (
            plan.messages.new_id[firing.rows] > 0
        )
    same_id = _another(plan, firing, ("event_type", "fact_row", "new_id"))
    return same_id & (plan.messages.body[firing.rows] == body_code(Body.CHANGED))


def _fault(scenario: Scenario, firing: Firing):
    return scenario.faults[int(firing.fault_id.removeprefix("faults."))]


def _keyed(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    *_, number = firing.fault_id.split(".")
    hot = scenario.producers.order_system.hot_keys
    key = hot[int(number)].key if firing.kind == "hot_key" else _fault(scenario, firing).key
    return np.array(plan.keys)[plan.messages.key[firing.rows]] == key


def _off(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    off = (plan.messages.event_time - happened(plan))[firing.rows]
    if firing.kind == "clock":
        return off != 0
    fault = _fault(scenario, firing)
    return off == (1 if fault.direction == "ahead" else -1) * fault.offset.us


def _body(*bodies: Body):
    codes = [body_code(body) for body in bodies]
    return lambda _scenario, plan, firing: np.isin(plan.messages.body[firing.rows], codes)


def _firmware(scenario: Scenario, plan: Plan, firing: Firing) -> Mask:
    release = scenario.producers.telematics_gateway.firmware[int(firing.fault_id.split(".")[-1])]
    if release.change == "version_2":
        return plan.messages.version[firing.rows] == 2
    return np.array([*plan.details, ""])[plan.messages.detail[firing.rows]] == release.field


_PROOFS = {
    "clock": _off,
    "clock_skew": _off,
    "corrupt": _body(Body.MALFORMED),
    "poison": _body(Body.POISONED),
    "drift": _body(Body.ADDED_FIELD, Body.BROKEN_TYPE),
    "firmware": _firmware,
    "hot_key": _keyed,
    "hotspot": _keyed,
    "duplicate": _duplicated,
    "window_edge": _at_the_edge,
    **dict.fromkeys(("delay", "offline", "dead_zone", "restart", "batch_upload"), _held),
    **dict.fromkeys(("retry", "double_read", "file_again", "yesterdays_file", "replay"), _copied),
}
