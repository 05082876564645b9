"""On a good day each fact is told once, by the producer that knows of it, after it happened."""

import numpy as np
import pytest
from plans_by_hand import HOURS, by_identity, journal, planned, scenario, slice_of, with_producers

from sim.producers.lookup import event_times, of_facts
from sim.producers.names import PRODUCERS
from sim.producers.plan import DEVICE_BITS, EVENT_TYPE_NAMES, Plan, type_code
from sim.producers.report import report
from sim.scenario_parts.producers import TelematicsGateway
from sim.units import Share
from sim.world.cast import build_cast
from sim.world.facts import press


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(scenario())[1]


def test_every_fact_is_reported_once_after_it_happened(plan):
    messages = plan.messages
    assert len(messages) == sum(len(facts) for facts in plan.facts.values()) > 10_000
    assert (messages.copy_of == -1).all()
    assert (messages.producer_time >= messages.event_time).all()
    assert (messages.ingest_time > messages.producer_time).all()
    for code, name in enumerate(EVENT_TYPE_NAMES):
        rows = np.flatnonzero(messages.event_type == code)
        assert (messages.fact_row[rows] == np.arange(len(plan.facts[name]))).all()
        assert (messages.event_time[rows] == event_times(plan.facts[name])).all()


def test_a_device_is_its_producer_and_its_actor(plan):
    everything = np.arange(len(plan.messages))
    assert (plan.messages.device >> DEVICE_BITS == plan.messages.producer).all()
    assert (plan.messages.device & 0xFFFFFFFF == of_facts(plan, everything, "actor")).all()


@pytest.mark.parametrize(("producer", "mean_s"), [("driver_app", 2), ("carrier_feed", 60), ("telematics_gateway", 5)])
def test_producers_take_their_time(plan, producer, mean_s):
    rows = plan.messages.producer == PRODUCERS.index(producer)
    waits = (plan.messages.producer_time - plan.messages.event_time)[rows]
    travels = (plan.messages.ingest_time - plan.messages.producer_time)[rows]
    assert np.mean(waits) == pytest.approx(mean_s * 1e6, rel=0.1)
    assert np.mean(travels) == pytest.approx(0.2e6, rel=0.1)
    assert abs(np.corrcoef(waits, travels)[0, 1]) < 0.1


def test_a_gateway_speaks_one_version_and_a_share_of_them_the_second():
    _, plan = planned(with_producers(telematics_gateway=TelematicsGateway(version_2=Share(0.3))))
    telemetry = plan.messages.event_type == type_code("vehicle.telemetry")
    versions = {
        (device, version)
        for device, version in zip(
            plan.messages.device[telemetry].tolist(), plan.messages.version[telemetry].tolist(), strict=True
        )
    }
    assert len(versions) == 40
    assert 4 <= sum(version == 2 for _, version in versions) <= 20
    assert (plan.messages.version[~telemetry] == 1).all()


def test_other_parcels_and_the_order_of_facts_move_nobody():
    """Two variants of a scenario share their luck."""
    few, many = (planned(scenario(), journal(per_hour=count))[1] for count in (10, 20))
    fewer, more = (by_identity(plan, "ingest_time") for plan in (few, many))
    shared = fewer.keys() & more.keys()
    assert len(shared) > 5_000
    assert len(more) > len(shared)
    assert all(fewer[name] == more[name] for name in shared)


def test_no_facts_no_messages():
    cast = build_cast(scenario())
    empty = slice_of(journal(rounds_us=(), per_hour=0, hours=HOURS[:0]))
    assert len(report(cast, empty, press(cast, empty)).messages) == 0
