"""A planned fault counts as fired only where the log's bytes show it."""

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sim.checks import fired
from sim.checks.counts import FaultCount
from sim.checks.verdict import Outcome
from sim.ledger import Ledger


@pytest.fixture
def counts(messy, scratch):
    def count(messages: pa.Table, ledger: Ledger = messy.ledger) -> tuple[FaultCount, ...]:
        scratch.load_ledger(ledger)
        return fired.fault_counts(messy.scenario.faults, messages.to_batches(1000), scratch)

    return count


def test_every_fault_of_the_run_fired_as_planned(counts, messy):
    counted = counts(messy.messages())
    assert [count.fault_id for count in counted] == [f"faults.{index}" for index in range(len(messy.scenario.faults))]
    assert all(count.fired == count.planned > 0 for count in counted)
    result = fired.check(counted)
    assert (result.outcome, result.compared) == (Outcome.PASS, messy.ledger.firings.num_rows)


def without_evidence(messy, index: int) -> pa.Table:
    """The log with the first message that one fault touched as if it had not, with all its copies."""
    firings = messy.ledger.firings.filter(pc.equal(messy.ledger.firings["fault_id"], f"faults.{index}"))
    row = firings["message_id"][0].as_py()
    touched = messy.ledger.messages.slice(row, 1).to_pylist()[0]
    messages = messy.messages().to_pylist()
    (there,) = [m for m in messages if all(m[name] == touched[name] for name in ("partition", "offset"))]
    there |= {
        "value": b'{"payload": {"geo": {"lat": 1.0}}}',
        "key": "cold",
        "ingest_time": touched["producer_time"],
    }
    return pa.Table.from_pylist(messages, messy.messages().schema)


@pytest.mark.parametrize("index", range(9))
def test_a_fault_without_evidence_at_one_message_is_unknown(counts, messy, index):
    counted = counts(without_evidence(messy, index))
    assert counted[index].fired == counted[index].planned - 1
    result = fired.check(counted)
    assert result.outcome is Outcome.UNKNOWN
    assert f"faults.{index} {counted[index].kind}: fired at {counted[index].fired:,} of" in result.note


def test_a_message_missing_from_the_log_is_no_evidence(counts, messy):
    assert all(count.fired == 0 < count.planned for count in counts(messy.messages().slice(0, 0)))


def test_a_fault_that_planned_nothing_is_unknown(counts, messy):
    firings = messy.ledger.firings.filter(pc.not_equal(messy.ledger.firings["fault_id"], "faults.7"))
    result = fired.check(counts(messy.messages(), Ledger(messy.ledger.messages, firings)))
    assert (result.outcome, result.note) == (Outcome.UNKNOWN, "faults.7 corrupt: fault planned nothing")


def test_no_faults_pass(scratch):
    counted = fired.fault_counts((), [], scratch)
    assert fired.check(counted).outcome is Outcome.PASS


def test_a_kind_without_a_proof_is_an_error(scratch):
    class Unheard(msgspec.Struct):
        pass

    with pytest.raises(TypeError, match="prove that Unheard fired"):
        fired.fault_counts((Unheard(),), [], scratch)
