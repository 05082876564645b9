"""Each fault touches what it says, as much as it says, and nothing else."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from sim.faults import Corrupt, Delay, Drift, Duplicate, Hotspot, Offline, apply_all
from sim.ledger import Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import Plan, body_code, type_code
from sim.producers.report import report
from sim.rng import Randomness
from sim.units import Duration, Share

S = 1_000_000
HALF = Share(0.5)
RANDOMNESS = Randomness(3)


@pytest.fixture(scope="module")
def plan(small_scenario, small_truth) -> Plan:
    return report(small_truth, RANDOMNESS, small_scenario.start, small_scenario.duration.us)


def _applied(plan: Plan, *faults) -> Plan:
    return apply_all(faults, plan, RANDOMNESS)


def _changed_columns(before: Plan, after: Plan) -> set[str]:
    count = len(before.messages)
    return {
        f.name
        for f in fields(before.messages)
        if not np.array_equal(getattr(before.messages, f.name), getattr(after.messages, f.name)[:count])
    }


def test_every_fact_is_reported_once_after_it_happened(plan, small_truth):
    assert len(plan.messages) == sum(facts.num_rows for facts in small_truth.facts.values())
    assert (plan.messages.producer_time >= plan.messages.event_time).all()
    assert (plan.messages.ingest_time > plan.messages.producer_time).all()


@pytest.mark.parametrize(
    ("fault", "columns"),
    [
        (Corrupt(share=HALF), {"body", "fault"}),
        (Drift(change="add_field", event_type="facility.scan", field="x", share=HALF), {"body", "fault"}),
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
    [firing] = _applied(plan, fault).firings
    assert len(firing.message_ids) == pytest.approx(len(plan.messages) / 2, rel=0.1)
    assert len(firing.causes) == len(firing.message_ids)


def test_only_the_named_producers_are_touched(plan):
    after = _applied(plan, Corrupt(share=Share(1.0), producers=("hand_scanner",)))
    touched = after.messages.body == body_code(Body.MALFORMED)
    assert (touched == (plan.messages.producer == PRODUCERS.index("hand_scanner"))).all()
    assert touched.any()


def test_a_device_that_was_out_of_reach_sends_in_one_burst_and_in_order(plan):
    after = _applied(plan, Offline(share=Share(1.0), shortest=Duration(3600 * S), longest=Duration(3600 * S)))
    [firing] = after.firings
    held = after.messages.take(firing.message_ids)
    for device in np.unique(held.device):
        of_device = held.take(np.flatnonzero(held.device == device))
        by_arrival = np.argsort(of_device.ingest_time)
        assert (np.diff(of_device.producer_time[by_arrival]) >= 0).all()
        assert np.ptp(of_device.ingest_time) <= 5_000 * len(by_arrival)
        assert np.ptp(of_device.producer_time) <= 3600 * S
    assert Counter(held.device.tolist()).most_common(1)[0][1] > 3


def test_drift_takes_whole_devices_from_its_moment_on(plan, small_scenario):
    after_s = 6 * 3600
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


def test_copies_come_later_and_say_what_they_repeat(plan):
    after = _applied(plan, Duplicate(share=HALF, delay=Duration(30 * S)))
    copies = after.messages.take(np.flatnonzero(after.messages.copy_of >= 0))
    firsts = after.messages.take(copies.copy_of)
    assert len(copies) == len(after.messages) - len(plan.messages)
    assert (copies.ingest_time > firsts.ingest_time).all()
    assert (copies.fact_row == firsts.fact_row).all()
    assert np.mean(copies.ingest_time - firsts.ingest_time) == pytest.approx(30 * S, rel=0.1)


def test_a_new_id_is_for_status_changes_alone(plan):
    messages = _applied(plan, Duplicate(share=Share(1.0), copy="new_id")).messages
    assert set(messages.event_type[messages.copy_of >= 0]) == {type_code("shipment.status.changed")}


def test_another_fault_disturbs_no_draw(plan):
    alone = _applied(plan, Corrupt(share=HALF))
    beside = _applied(plan, Duplicate(share=HALF), Corrupt(share=HALF), Delay(share=HALF, longest=Duration(S)))
    assert alone.firings[0].message_ids.tolist() == next(
        firing.message_ids.tolist() for firing in beside.firings if firing.kind == "corrupt"
    )


def test_the_order_in_the_file_does_not_matter(plan):
    faults = (Corrupt(share=HALF), Duplicate(share=HALF), Hotspot(share=HALF))
    one, other = _applied(plan, *faults), _applied(plan, *reversed(faults))
    assert _changed_columns(one, other) <= {"fault"}  # the index in the file, and nothing that goes over the wire


def test_two_faults_of_a_kind_have_luck_of_their_own(plan):
    first, second = _applied(plan, Hotspot(share=HALF), Hotspot(share=HALF, key="other")).firings
    assert first.message_ids.tolist() != second.message_ids.tolist()
