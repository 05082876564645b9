"""Any two faults in one scenario both do all that they planned: neither takes back what the other did."""

from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from backends.local.event_log import LocalEventLog, read_log
from sim.checks.fired import fault_counts
from sim.checks.scratch import open_scratch
from sim.faults import Corrupt, Delay, Drift, Duplicate, Hotspot, Offline
from sim.generate import plan_messages, send
from sim.units import Duration, Share

S = 1_000_000
MOST = Share(0.6)
FAULTS = {
    "corrupt": Corrupt(share=MOST),
    "delay": Delay(share=MOST, longest=Duration(60 * S)),
    "add_field": Drift(change="add_field", event_type="driver.location", field="firmware", share=Share(1.0)),
    "break_type": Drift(change="break_type", event_type="driver.location", field="geo.lat", share=Share(1.0)),
    "same": Duplicate(share=MOST),
    "changed": Duplicate(share=MOST, copy="changed"),
    "new_id": Duplicate(share=MOST, copy="new_id"),
    "elsewhere": Duplicate(share=MOST, key="retry-queue"),
    "hotspot": Hotspot(share=MOST),
    "offline": Offline(share=Share(1.0), shortest=Duration(3600 * S), longest=Duration(7200 * S)),
}
NEVER_BOTH = {("add_field", "add_field"), ("add_field", "break_type"), ("break_type", "break_type")}
"""A body is misshapen once: the second of these finds nobody left, and says that it planned nothing."""


@pytest.mark.parametrize(("one", "other"), [p for p in combinations_with_replacement(FAULTS, 2) if p not in NEVER_BOTH])
def test_both_of_a_pair_fire_as_planned(one: str, other: str, with_faults, small_truth, tmp_path: Path):
    scenario = with_faults(FAULTS[one], FAULTS[other])
    with LocalEventLog(tmp_path, 4) as log:
        ledger = send(scenario, small_truth, plan_messages(scenario, small_truth), log)
    with open_scratch() as scratch:
        scratch.load_ledger(ledger)
        counts = fault_counts(scenario.faults, read_log(tmp_path), scratch)
    assert [(count.planned > 0, count.fired) for count in counts] == [(True, count.planned) for count in counts]
