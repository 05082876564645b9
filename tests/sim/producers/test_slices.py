"""Where the journal is cut, and what else is going on, changes no message."""

import msgspec
import pytest
from plans_by_hand import DAY, HOUR, MIN, ROUNDS_US, by_identity, identities, journal, scenario, slice_of
from test_dead_zones import AT_DEPOT

from sim.faults import ClockSkew, Corrupt, Delay, Drift, Drop, Duplicate, Hotspot, Offline, Poison, Replay, apply_all
from sim.producers.plan import Plan
from sim.producers.report import report
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
from sim.units import Duration, Share
from sim.world.cast import build_cast
from sim.world.facts import press

SOME, HALF = Share(0.2), Share(0.5)
ALL_MECHANISMS = Producers(
    driver_app=DriverApp(lost_acknowledgement=SOME, lost_in_burst=HALF, wrong_clock=SOME),
    hand_scanner=HandScanner(double_read=SOME, batch_upload=SOME),
    carrier_feed=CarrierFeed(file_every=Duration(HOUR), file_again=SOME, yesterdays_file=SOME),
    telematics_gateway=TelematicsGateway(
        crash_every=Duration(2 * HOUR),
        firmware=(
            Firmware("version_2", Duration(8 * HOUR), Duration(12 * HOUR), HALF),
            Firmware("add_field", Duration(8 * HOUR), Duration(12 * HOUR), HALF, "cabin_c"),
            Firmware("repair", Duration(11 * HOUR), Duration(33 * HOUR), HALF),
        ),
    ),
    order_system=OrderSystem(hot_keys=(HotKey("acme", Duration(3 * HOUR), Duration(9 * HOUR)),)),
)
FAULTS = (
    Drop(share=SOME),
    Drift(change="add_field", event_type="facility.scan", field="battery", share=HALF),
    Corrupt(share=SOME),
    Poison(share=SOME),
    ClockSkew(share=SOME, offset=Duration(20 * MIN)),
    Hotspot(share=SOME),
    Offline(share=HALF, shortest=Duration(HOUR), longest=Duration(9 * HOUR)),
    Delay(share=SOME, longest=Duration(10 * MIN)),
    Duplicate(share=SOME),
    Duplicate(share=SOME, copy="new_id"),
    Replay(after=Duration(9 * HOUR), until=Duration(30 * HOUR), at=Duration(31 * HOUR)),
)
COLUMNS = ("ingest_time", "producer_time", "event_time", "version", "body", "dropped", "new_id", "device")


def _scenario(producers: Producers = ALL_MECHANISMS):
    plain = scenario(producers=producers)
    return msgspec.structs.replace(plain, network=msgspec.structs.replace(plain.network, dead_zones=(AT_DEPOT,)))


def _plan(one, rows, faults=FAULTS) -> Plan:
    cast, cut = build_cast(one), slice_of(rows)
    return apply_all(faults, report(cast, cut, press(cast, cut)), cast.rng)


@pytest.fixture(scope="module")
def whole() -> Plan:
    return _plan(_scenario(), journal())


def test_a_journal_in_two_slices_makes_the_same_messages(whole):
    first = _plan(_scenario(), journal(ROUNDS_US[:2], hours=range(0, 17)))
    second = _plan(_scenario(), journal(ROUNDS_US[2:], hours=range(17, 40)))
    assert len(first.messages) > 5_000 < len(second.messages)
    for column in COLUMNS:
        parts = by_identity(first, column) | by_identity(second, column)
        together = by_identity(whole, column)
        assert parts.keys() == together.keys()
        differ = [name for name in together if together[name] != parts[name]]
        assert [(name, together[name], parts[name]) for name in differ[:5]] == [], (column, len(differ))


def test_firings_are_the_same_too(whole):
    first = _plan(_scenario(), journal(ROUNDS_US[:2], hours=range(0, 17)))
    second = _plan(_scenario(), journal(ROUNDS_US[2:], hours=range(17, 40)))
    for firing in whole.firings:
        parts = [
            name
            for plan in (first, second)
            for other in plan.firings
            if other.fault_id == firing.fault_id
            for name in identities(plan, other.rows)
        ]
        all_of_it = [
            name
            for other in whole.firings
            if other.fault_id == firing.fault_id
            for name in identities(whole, other.rows)
        ]
        assert sorted(parts) == sorted(all_of_it), firing.fault_id


def _touched(plan: Plan, fault_id: str) -> set[tuple[int, int]]:
    """Facts, and not copies, of which fewer faults make fewer."""
    [firing] = [firing for firing in plan.firings if firing.fault_id == fault_id]
    return {name[:2] for name in identities(plan, firing.rows)}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{getattr(fault, 'copy', '')}")
def test_other_faults_move_no_luck(whole, fault):
    """Faults before it may leave it fewer messages, and none that it would not have taken alone."""
    of_kind = tuple(other for other in FAULTS if other.kind == fault.kind)
    alone = _plan(_scenario(), journal(), of_kind)
    of_alone = _touched(alone, f"faults.{of_kind.index(fault)}")
    of_whole = _touched(whole, f"faults.{FAULTS.index(fault)}")
    assert of_whole <= of_alone
    assert len(of_whole) > len(of_alone) / 3


def test_the_order_in_the_file_does_not_matter(whole):
    """Only the place of each fault in the file does, in the names of what they do."""
    turned = _plan(_scenario(), journal(), (*reversed(FAULTS[:8]), *FAULTS[8:]))
    assert all(by_identity(turned, column) == by_identity(whole, column) for column in COLUMNS)


def test_mechanisms_of_other_producers_move_no_luck(whole):
    for name in ("driver_app", "hand_scanner", "telematics_gateway", "carrier_feed", "order_system"):
        alone = _plan(_scenario(Producers(**{name: getattr(ALL_MECHANISMS, name)})), journal(), ())
        beside = _plan(_scenario(), journal(), ())
        for firing in alone.firings:
            other = next(f for f in beside.firings if f.fault_id == firing.fault_id)
            if firing.fault_id.startswith(f"producers.{name}") and firing.kind != "retry":
                assert identities(alone, firing.rows) == identities(beside, other.rows), firing.fault_id


def test_nothing_of_one_fact_arrives_in_the_same_microsecond(whole):
    messages = whole.messages
    moments = set(zip(messages.event_type.tolist(), messages.luck.tolist(), messages.ingest_time.tolist(), strict=True))
    assert len(moments) == len(messages)


def test_the_same_plan_twice_is_the_same(whole):
    again = _plan(_scenario(), journal())
    assert all(by_identity(again, column) == by_identity(whole, column) for column in COLUMNS)
    assert [f.cause.to_pylist() for f in again.firings] == [f.cause.to_pylist() for f in whole.firings]
    assert whole.end == whole.start + 2 * DAY
