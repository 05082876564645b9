"""A planned fault counts as fired only where the log's bytes show it."""

from datetime import timedelta

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.contract.events import STATUS_CHANGED
from sim.checks import fired
from sim.checks.counts import FaultCount
from sim.checks.evidence import mechanism_evidence
from sim.checks.verdict import Outcome
from sim.faults import Drift, Drop
from sim.ledger import FIRINGS, MESSAGES, Ledger
from sim.producers.senders import senders
from sim.scenario_parts.producers import Producers, TelematicsGateway
from sim.units import Share

EXPLICIT = [f"faults.{index}" for index in range(14)]
MECHANISMS = {
    "producers.carrier_feed.file_again": "file_again",
    "producers.driver_app.clock": "clock",
    "producers.driver_app.retry": "retry",
    "producers.hand_scanner.batch_upload": "batch_upload",
    "producers.hand_scanner.double_read": "double_read",
    "producers.order_system.hot_keys.0": "hot_key",
    "producers.telematics_gateway.firmware.0": "firmware",
    "producers.telematics_gateway.firmware.1": "firmware",
    "producers.telematics_gateway.replay": "replay",
    "producers.telematics_gateway.restart": "restart",
}
MINUTE_US = 60_000_000
ALL = [*EXPLICIT, *MECHANISMS]


@pytest.fixture
def counts(messy, scratch):
    def count(messages: pa.Table, ledger: Ledger = messy.ledger) -> dict[str, FaultCount]:
        scratch.load_ledger(ledger)
        counted = fired.fault_counts(messy.scenario, messy.truth.facts, messages.to_batches(1000), scratch)
        return {one.fault_id: one for one in counted}

    return count


def test_every_fault_and_every_mechanism_of_the_run_fired_as_planned(counts, messy):
    counted = counts(messy.messages())
    assert set(counted) == set(ALL)
    assert list(counted)[: len(EXPLICIT)] == EXPLICIT
    assert {name: one.kind for name, one in counted.items() if name in MECHANISMS} == MECHANISMS
    assert [one for one in counted.values() if not one.fired == one.planned > 0] == []
    result = fired.check(list(counted.values()))
    assert (result.outcome, result.compared) == (Outcome.PASS, messy.ledger.firings.num_rows)


def without_evidence(messy, fault_id: str) -> pa.Table:
    """The log with the first message that one fault touched as if it had not, with all its copies."""
    firings = messy.ledger.firings.filter(pc.equal(messy.ledger.firings["fault_id"], fault_id))
    row = firings["message_id"][0].as_py()
    touched = messy.ledger.messages.slice(row, 1).to_pylist()[0]
    messages = messy.messages().to_pylist()
    (there,) = [m for m in messages if all(m[name] == touched[name] for name in ("partition", "offset"))]
    there |= {"value": _sound(messy, touched), "key": "cold", "ingest_time": touched["producer_time"]}
    return pa.Table.from_pylist(messages, messy.messages().schema)


def _sound(messy, touched: dict) -> bytes:
    """A message that the contract allows, and that has nothing of what the ledger planned."""
    at = "2026-03-02T04:00:00Z"
    payload = {"shipment_id": "S", "facility_id": "F", "scan_type": "arrival", "scanner_id": "X", "geo": {"lat": 1.0}}
    envelope = {
        "event_id": "not the same",
        "event_type": "facility.scan",
        "event_version": 1,
        "event_time": at,
        "producer_time": touched["producer_time"].isoformat(),
        "source": "hand_scanner",
        "payload": payload,
    }
    return msgspec.json.encode(envelope)


@pytest.mark.parametrize("fault_id", [fault_id for fault_id in ALL if fault_id != "faults.9"])
def test_a_fault_without_evidence_at_one_message_is_unknown(counts, messy, fault_id):
    counted = counts(without_evidence(messy, fault_id))
    one = counted[fault_id]
    assert one.fired == one.planned - 1
    result = fired.check(list(counted.values()))
    assert result.outcome is Outcome.UNKNOWN
    assert f"{fault_id} {one.kind}: fired at {one.fired:,} of" in result.note


def _touched_by(messy, fault_id: str) -> set[int]:
    fired_by = messy.ledger.firings.filter(pc.equal(messy.ledger.firings["fault_id"], fault_id))
    return set(fired_by["message_id"].to_pylist())


def test_a_clock_that_is_behind_is_no_proof_that_a_message_was_held(counts, messy):
    uploaded, skewed, delayed = "producers.hand_scanner.batch_upload", "faults.11", "faults.4"
    row = min(_touched_by(messy, uploaded) & _touched_by(messy, skewed) - _touched_by(messy, delayed))
    touched = messy.ledger.messages.slice(row, 1).to_pylist()[0]
    messages = messy.messages().to_pylist()
    (there,) = [m for m in messages if all(m[name] == touched[name] for name in ("partition", "offset"))]
    there["ingest_time"] -= timedelta(seconds=1)
    counted = counts(pa.Table.from_pylist(messages, messy.messages().schema))
    assert counted[uploaded].fired == counted[uploaded].planned - 1


def test_a_lost_message_that_the_ledger_has_was_not_lost(counts, messy):
    assert isinstance(messy.scenario.faults[9], Drop)
    lost = messy.ledger.firings.filter(pc.equal(messy.ledger.firings["fault_id"], "faults.9")).to_pylist()[0]
    there = messy.ledger.messages.slice(0, 1).to_pylist()[0]
    there |= {"event_type": lost["event_type"], "fact_row": lost["fact_row"], "copy": 0}
    messages = pa.concat_tables([messy.ledger.messages.slice(1), pa.Table.from_pylist([there], MESSAGES)])
    counted = counts(messy.messages(), Ledger(messages, messy.ledger.firings))
    assert counted["faults.9"].fired == counted["faults.9"].planned - 1


@pytest.mark.parametrize("sender", senders(STATUS_CHANGED))
def test_a_drift_is_proven_whichever_of_its_senders_writes_avro(run_of, scratch, sender):
    in_avro = msgspec.structs.replace(
        Producers(), **{sender: msgspec.structs.replace(getattr(Producers(), sender), format="avro")}
    )
    drift = Drift(change="add_field", event_type=STATUS_CHANGED, field="extra", share=Share(1))
    run = run_of(producers=in_avro, faults=(drift,))
    scratch.load_ledger(run.ledger)
    [one] = fired.fault_counts(run.scenario, run.truth.facts, run.messages().to_batches(), scratch)
    assert one.fired == one.planned > 0


def test_a_message_missing_from_the_log_is_no_evidence(counts, messy):
    counted = counts(messy.messages().slice(0, 0))
    assert [name for name, one in counted.items() if one.fired] == ["faults.9"]


def test_where_nothing_went_wrong_nothing_is_proven(messy, run_of, scratch):
    """Every kind of firing, said of every message of a run without a fault."""
    said_of = run_of(producers=Producers(telematics_gateway=TelematicsGateway(version_2=Share(0))))
    kinds = {f"faults.{index}": fault.kind for index, fault in enumerate(messy.scenario.faults)} | MECHANISMS
    said = [
        {"fault_id": fault_id, "kind": kind, "message_id": row["message_id"], "event_type": row["event_type"]}
        | {"fact_row": row["fact_row"], "cause": "none", "held_us": 10 * MINUTE_US}
        for fault_id, kind in (kinds | {"producers.driver_app.dead_zone": "dead_zone"}).items()
        for row in said_of.ledger.messages.to_pylist()
    ]
    scratch.load_ledger(Ledger(said_of.ledger.messages, pa.Table.from_pylist(said, FIRINGS)))
    counted = fired.fault_counts(messy.scenario, said_of.truth.facts, said_of.messages().to_batches(), scratch)
    assert {one.fault_id for one in counted} >= set(ALL)
    assert [one for one in counted if one.fired] == []


def test_a_fault_that_planned_nothing_is_unknown(counts, messy):
    firings = messy.ledger.firings.filter(pc.not_equal(messy.ledger.firings["fault_id"], "faults.7"))
    result = fired.check(list(counts(messy.messages(), Ledger(messy.ledger.messages, firings)).values()))
    assert (result.outcome, result.note) == (Outcome.UNKNOWN, "faults.7 corrupt: fault planned nothing")


def test_a_mechanism_that_found_nothing_to_do_is_noted(messy, scratch):
    scratch.load_ledger(Ledger(messy.ledger.messages, FIRINGS.empty_table()))
    without_faults = msgspec.structs.replace(messy.scenario, faults=())
    counted = fired.fault_counts(without_faults, messy.truth.facts, [], scratch)
    assert {one.fault_id: one.kind for one in counted} == MECHANISMS
    result = fired.check(counted)
    assert (result.outcome, result.compared) == (Outcome.PASS, 0)
    assert result.note.startswith("nothing to do for producers.driver_app.retry, producers.driver_app.clock, ")


def test_no_faults_pass(messy, scratch):
    scratch.load_ledger(Ledger(messy.ledger.messages, FIRINGS.empty_table()))
    quiet = msgspec.structs.replace(messy.scenario, faults=(), producers=Producers())
    counted = fired.fault_counts(quiet, messy.truth.facts, [], scratch)
    assert fired.check(counted).outcome is Outcome.PASS


def test_a_kind_without_a_proof_is_an_error(messy, scratch):
    class Unheard(msgspec.Struct):
        kind: str = "unheard"

    scratch.load_ledger(messy.ledger)
    strange = msgspec.structs.replace(messy.scenario, faults=(Unheard(),))
    with pytest.raises(TypeError, match="prove that Unheard fired"):
        fired.fault_counts(strange, messy.truth.facts, [], scratch)
    with pytest.raises(KeyError, match="unheard"):
        mechanism_evidence("producers.driver_app.unheard", "unheard", Producers())
