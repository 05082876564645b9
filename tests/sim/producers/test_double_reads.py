"""A label read twice makes a copy within the blink of an eye."""

import pytest
from plans_by_hand import only_firing, planned, with_producers
from proofs_by_hand import same_bytes

from sim.producers.plan import type_code
from sim.scenario_parts.producers import HandScanner
from sim.units import Share


def test_a_copy_follows_within_400_ms():
    _, plan = planned(with_producers(hand_scanner=HandScanner(double_read=Share(0.2))))
    firing = only_firing(plan, "double_read")
    copies = plan.messages.take(firing.rows)
    after = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert after.min() >= 50_000
    assert after.max() <= 400_000
    assert same_bytes(plan.messages, firing.rows, copies.copy_of).all()
    assert (copies.event_type == type_code("facility.scan")).all()
    scans = len(plan.facts["facility.scan"])
    assert len(copies) == pytest.approx(0.2 * scans, rel=0.1)
    assert firing.fault_id == "producers.hand_scanner.double_read"
    assert firing.cause[0].as_py().startswith(f"label read twice, {after[0]} us apart: ")


def test_a_double_read_of_an_offline_scanner_is_read_out_with_the_first():
    scanner = HandScanner(double_read=Share(0.2), batch_upload=Share(1.0))
    _, plan = planned(with_producers(hand_scanner=scanner))
    copies = plan.messages.take(only_firing(plan, "double_read").rows)
    after = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert after.max() <= 400_000
