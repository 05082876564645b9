"""Each fault touches what it says, as much as it says, and nothing else."""

from dataclasses import fields

import numpy as np
import pytest
from plans_by_hand import DAY, HOUR, S, only_firing, planned, scenario

from sim.faults import Corrupt, Delay, Drift, Duplicate, Hotspot, Offline, apply_all
from sim.ledger import Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import Plan, body_code, type_code
from sim.rng import Randomness
from sim.units import Duration, Share

HALF = Share(0.5)
RANDOMNESS = Randomness(3)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(scenario())[1]


def _applied(plan: Plan, *faults) -> Plan:
    return apply_all(faults, plan, RANDOMNESS)


def _changed_columns(before: Plan, after: Plan) -> set[str]:
    count = len(before.messages)
    return {
        f.name
        for f in fields(before.messages)
        if not np.array_equal(getattr(before.messages, f.name), getattr(after.messages, f.name)[:count])
    }


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        (Corrupt(share=HALF), {"body", "detail"}),
        (Drift(change="add_field", event_type="facility.scan", field="x", share=HALF), {"body", "detail"}),
        (Hotspot(share=HALF), {"key"}),
        (Delay(share=HALF, longest=Duration(60 * S)), {"ingest_time"}),
        (Offline(share=HALF, shortest=Duration(600 * S), longest=Duration(7200 * S)), {"ingest_time"}),
        (Duplicate(share=HALF), set()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_changes_its_own_columns_of_the_first_copies_and_no_other(plan, fault, columns):
    assert _changed_columns(plan, _applied(plan, fault)) == columns


@pytest.mark.parametrize("fault", [Corrupt(share=HALF), Delay(share=HALF, longest=Duration(S)), Hotspot(share=HALF)])
def test_a_share_of_the_messages_is_touched(plan, fault):
    firing = only_firing(_applied(plan, fault), fault.kind)
    assert len(firing.rows) == pytest.approx(len(plan.messages) / 2, rel=0.1)
    assert len(firing.cause) == len(firing.root_cause) == len(firing.held_us) == len(firing.rows)
    assert firing.fault_id == "faults.0"


def test_only_the_named_producers_are_touched(plan):
    after = _applied(plan, Corrupt(share=Share(1.0), producers=("hand_scanner",)))
    touched = after.messages.body == body_code(Body.MALFORMED)
    assert (touched == (plan.messages.producer == PRODUCERS.index("hand_scanner"))).all()
    assert touched.any()


def test_a_device_that_was_out_of_reach_sends_in_one_burst_and_in_order(plan):
    after = _applied(plan, Offline(share=Share(1.0), shortest=Duration(HOUR), longest=Duration(HOUR)))
    firing = only_firing(after, "offline")
    held, most = after.messages.take(firing.rows), 0
    assert (held.ingest_time - held.producer_time == firing.held_us).all()
    for device in np.unique(held.device):
        of_device = held.take(np.flatnonzero(held.device == device))
        of_device = of_device.take(np.argsort(of_device.producer_time))
        apart = np.diff(of_device.producer_time) >= 1_000
        assert (np.diff(of_device.ingest_time)[apart] > 0).all()
        assert np.ptp(of_device.ingest_time) <= 4 * S
        assert np.ptp(of_device.producer_time) <= HOUR
        most = max(most, len(of_device))
    assert most > 30


def test_drift_takes_whole_devices_from_its_moment_on(plan):
    after_s = 9 * 3600
    drift = Drift(
        change="break_type",
        event_type="vehicle.telemetry",
        field="speed_kmh",
        share=Share(0.75),
        after=Duration(after_s * S),
    )
    messages = _applied(plan, drift).messages
    drifted = messages.body == body_code(Body.BROKEN_TYPE)
    assert drifted.any()
    of_cohort = np.isin(messages.device, messages.device[drifted])
    telemetry = messages.event_type == type_code("vehicle.telemetry")
    assert not of_cohort[telemetry].all()
    late_enough = messages.event_time >= plan.start + after_s * S
    assert (drifted == (of_cohort & telemetry & late_enough)).all()


def test_damage_is_by_lot_and_has_a_name(plan):
    after = _applied(plan, Corrupt(share=HALF))
    firing = only_firing(after, "corrupt")
    names = np.array(after.details)[after.messages.detail[firing.rows]]
    shares = {name: np.mean(names == name) for name in np.unique(names).tolist()}
    assert shares == pytest.approx(dict.fromkeys(("cut_short", "not_utf8", "not_json"), 1 / 3), abs=0.03)
    assert firing.cause.to_pylist() == [f"damaged on the way: {name}" for name in names]


def test_copies_come_later_and_say_what_they_repeat(plan):
    after = _applied(plan, Duplicate(share=HALF, delay=Duration(30 * S)))
    copies = after.messages.take(np.flatnonzero(after.messages.copy_of >= 0))
    firsts = after.messages.take(copies.copy_of)
    assert len(copies) == len(after.messages) - len(plan.messages)
    assert (copies.ingest_time > firsts.ingest_time).all()
    assert (copies.fact_row == firsts.fact_row).all()
    assert (copies.copy == 1).all()
    assert np.mean(copies.ingest_time - firsts.ingest_time) == pytest.approx(30 * S, rel=0.1)


def test_copies_of_two_faults_count_on(plan):
    messages = _applied(plan, Duplicate(share=HALF), Duplicate(share=HALF)).messages
    assert set(messages.copy.tolist()) == {0, 1, 2}
    names = set(zip(messages.event_type.tolist(), messages.luck.tolist(), messages.copy.tolist(), strict=True))
    assert len(names) == len(messages)


def test_a_new_id_is_for_status_changes_alone(plan):
    messages = _applied(plan, Duplicate(share=Share(1.0), copy="new_id")).messages
    assert set(messages.event_type[messages.copy_of >= 0]) == {type_code("shipment.status.changed")}


def test_each_fault_that_gives_new_ids_gives_its_own(plan):
    every = Duplicate(share=Share(1.0), copy="new_id")
    messages = _applied(plan, every, every).messages
    new = messages.take(np.flatnonzero(messages.new_id))
    assert len(set(zip(new.fact_row.tolist(), new.new_id.tolist(), strict=True))) == len(new)


def test_two_faults_of_a_kind_have_luck_of_their_own(plan):
    first, second = _applied(plan, Hotspot(share=HALF), Hotspot(share=HALF, key="other")).firings
    assert first.rows.tolist() != second.rows.tolist()


def test_a_window_is_of_the_run_s_time(plan):
    hotspot = Hotspot(share=Share(1.0), after=Duration(HOUR), until=Duration(DAY))
    messages = _applied(plan, hotspot).messages
    since = messages.event_time - plan.start
    assert ((messages.key >= 0) == ((since >= HOUR) & (since < DAY))).all()
