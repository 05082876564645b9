"""Facts keep the contract: schemas, ranges, keys, order, and the ids that join them."""

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.contract.columns import payload_leaves, payload_type
from pipeline.contract.events import EVENT_TYPES
from sim.truth import fact_schema

ABOUT_SHIPMENTS = ("shipment.created", "shipment.status.changed", "shipment.eta.updated", "facility.scan")


def _payload(row, event_type):
    payload = {}
    for leaf in payload_leaves(event_type, row["event_version"]):
        inner = payload
        for name in leaf.path[:-1]:
            inner = inner.setdefault(name, {})
        inner[leaf.path[-1]] = row[leaf.column]
    return payload


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_facts_have_the_schema_and_no_null_where_none_may_be(truth, event_type):
    table = truth.facts[event_type]
    assert table.schema.equals(fact_schema(event_type))
    assert table.num_rows > 0
    for field in table.schema:
        assert field.nullable or table[field.name].null_count == 0, field.name


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_payload_is_valid_by_the_contract(truth, event_type):
    for row in truth.facts[event_type].to_pylist():
        msgspec.convert(_payload(row, event_type), payload_type(event_type, row["event_version"]))


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_facts_are_in_order_inside_the_run_and_have_ids_of_their_own(truth, scenario, event_type):
    table = truth.facts[event_type]
    micros = table["event_time"].cast(pa.int64()).to_pylist()
    start = round(scenario.start.timestamp() * 1_000_000)
    assert micros == sorted(micros)
    assert start <= micros[0]
    assert micros[-1] < start + scenario.duration.us
    assert pc.count_distinct(table["event_id"]).as_py() == table.num_rows


def test_event_ids_are_unique_over_all_types(truth):
    ids = pa.concat_arrays([truth.facts[t]["event_id"].combine_chunks() for t in EVENT_TYPES])
    assert pc.count_distinct(ids).as_py() == len(ids)


def test_a_shipment_keeps_its_tenant_and_trace_and_everything_else_has_none(truth):
    created = truth.facts["shipment.created"].to_pylist()
    owner = {row["shipment_id"]: (row["tenant_id"], row["trace_id"]) for row in created}
    assert len(set(owner.values())) == len(created)
    for event_type in EVENT_TYPES:
        for row in truth.facts[event_type].to_pylist():
            expected = owner[row["shipment_id"]] if event_type in ABOUT_SHIPMENTS else (None, None)
            assert (row["tenant_id"], row["trace_id"]) == expected


def test_tenants_share_the_demand_by_weight_and_choose_express_by_their_share(truth):
    rows = truth.facts["shipment.created"].to_pylist()
    acme = [row for row in rows if row["tenant_id"] == "acme"]
    globex = [row for row in rows if row["tenant_id"] == "globex"]
    assert 2 < len(acme) / len(globex) < 4.5
    express = [sum(row["service_level"] == "express" for row in group) / len(group) for group in (acme, globex)]
    assert express[0] == pytest.approx(0.2, abs=0.08)
    assert express[1] == pytest.approx(0.5, abs=0.12)


def test_the_promise_is_kept_by_service_level(truth, scenario):
    spans = {"standard": scenario.demand.promise_standard.s, "express": scenario.demand.promise_express.s}
    for row in truth.facts["shipment.created"].to_pylist():
        assert (row["promised_time"] - row["event_time"]).total_seconds() == spans[row["service_level"]]


def test_bookings_come_at_the_rate_until_demand_ends(truth, scenario):
    times = [row["event_time"] for row in truth.facts["shipment.created"].to_pylist()]
    assert len(times) == pytest.approx(600, abs=4 * 600**0.5)
    assert (times[-1] - scenario.start).total_seconds() < scenario.demand.until.s
