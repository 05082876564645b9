"""Any two faults in one scenario both do all that they planned, whatever the producers' mechanisms do beside them.

What is planned is held against the columns of the plan: neither fault takes back what the other did, and both leave a
proof of each of their firings. The same over the bytes of a log is for the checks to show.
"""

from functools import cache
from itertools import combinations_with_replacement

import msgspec
import pytest
from plans_by_hand import DAY, HOUR, ROUNDS_US, S, journal, planned, scenario
from proofs_by_hand import proven

from sim import faults
from sim.producers.plan import Plan
from sim.rng import Randomness
from sim.scenario_parts.network import DeadZone
from sim.scenario_parts.producers import (
    CarrierFeed,
    DriverApp,
    Firmware,
    HandScanner,
    HotKey,
    OrderSystem,
    Producers,
    TelematicsGateway,
)
from sim.units import Distance, Duration, Share

SOME, HALF, MOST, ALL = Share(0.1), Share(0.5), Share(0.6), Share(1.0)
FAULTS = {
    "clock_skew": faults.ClockSkew(share=MOST, offset=Duration(600 * S), direction="behind"),
    "corrupt": faults.Corrupt(share=MOST),
    "delay": faults.Delay(share=MOST, longest=Duration(60 * S)),
    "add_field": faults.Drift(change="add_field", event_type="driver.location", field="firmware", share=ALL),
    "break_type": faults.Drift(change="break_type", event_type="driver.location", field="geo.lat", share=ALL),
    "drop": faults.Drop(share=MOST),
    "same": faults.Duplicate(share=MOST),
    "changed": faults.Duplicate(share=MOST, copy="changed"),
    "new_id": faults.Duplicate(share=MOST, copy="new_id"),
    "elsewhere": faults.Duplicate(share=MOST, key="retry-queue"),
    "hotspot": faults.Hotspot(share=MOST),
    "offline": faults.Offline(share=ALL, shortest=Duration(1 * HOUR), longest=Duration(20 * HOUR)),
    "poison": faults.Poison(share=MOST),
    "replay": faults.Replay(after=Duration(6 * HOUR), until=Duration(30 * HOUR), at=Duration(32 * HOUR)),
    "window_edge": faults.WindowEdge(share=HALF, lateness=Duration(2 * HOUR)),
}
NEVER_BOTH = {("add_field", "add_field"), ("add_field", "break_type"), ("break_type", "break_type")}
"""A body is misshapen once: the second of these finds nobody left, and says that it planned nothing."""
MECHANISMS = Producers(
    driver_app=DriverApp(lost_acknowledgement=SOME, lost_in_burst=HALF, wrong_clock=SOME),
    hand_scanner=HandScanner(double_read=SOME, batch_upload=HALF),
    carrier_feed=CarrierFeed(file_every=Duration(HOUR), file_again=HALF, yesterdays_file=HALF),
    telematics_gateway=TelematicsGateway(
        crash_every=Duration(HOUR),
        version_2=SOME,
        firmware=(
            Firmware("version_2", Duration(8 * HOUR), Duration(12 * HOUR), HALF),
            Firmware("add_field", Duration(8 * HOUR), Duration(12 * HOUR), HALF, "cabin_c"),
            Firmware("break_type", Duration(8 * HOUR), Duration(12 * HOUR), ALL, "speed_kmh"),
        ),
    ),
    order_system=OrderSystem(hot_keys=(HotKey("acme", Duration(3 * HOUR), Duration(9 * HOUR)),)),
)
KINDS = {
    "dead_zone", "retry", "clock", "double_read", "batch_upload", "file_again", "yesterdays_file", "restart", "replay",
    "firmware", "hot_key",
}  # fmt: skip


@cache
def _before_faults(mechanisms: bool) -> Plan:
    plain = scenario(producers=MECHANISMS if mechanisms else Producers())
    zones = (DeadZone("Cellar", 52.52, 13.40, Distance(700)),) if mechanisms else ()
    one = msgspec.structs.replace(plain, network=msgspec.structs.replace(plain.network, dead_zones=zones))
    return planned(one, journal(ROUNDS_US[1:], per_hour=4))[1]


def test_all_mechanisms_are_on():
    plan = _before_faults(True)
    assert {firing.kind for firing in plan.firings if len(firing.rows)} == KINDS
    assert plan.end - plan.start == 2 * DAY


@pytest.mark.parametrize("mechanisms", [False, True], ids=["alone", "with-mechanisms"])
@pytest.mark.parametrize(("one", "other"), [p for p in combinations_with_replacement(FAULTS, 2) if p not in NEVER_BOTH])
def test_both_of_a_pair_fire_as_planned(one: str, other: str, mechanisms: bool):
    both = (FAULTS[one], FAULTS[other])
    described = scenario(producers=MECHANISMS, faults=both)
    plan = faults.apply_all(both, _before_faults(mechanisms), Randomness(5))
    for firing in plan.firings:
        assert proven(described, plan, firing).all(), (firing.fault_id, firing.kind)
    planned_by = {firing.fault_id for firing in plan.firings if len(firing.rows)}
    second_skew = one == other == "clock_skew"
    assert {"faults.0", "faults.1"} - ({"faults.1"} if second_skew else set()) <= planned_by
    if mechanisms:
        assert {firing.kind for firing in plan.firings if len(firing.rows)} >= KINDS
