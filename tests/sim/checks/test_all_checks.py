"""All checks together: a right run passes, a crash is UNKNOWN and hides nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from backends.local.event_log import read_log
from sim.checks.all_checks import CHECKS, Inputs, run_checks
from sim.checks.guard import CannotTell
from sim.checks.verdict import Outcome, Verdict, reason, worst
from sim.ledger import MESSAGES
from sim.seal import seal


@pytest.fixture
def inputs(messy, warehouse, tmp_path: Path, token_keys) -> Inputs:
    shutil.copytree(messy.folder.truth, tmp_path / "truth")
    shutil.copytree(messy.folder.ledger, tmp_path / "ledger")
    (tmp_path / "scenario.yaml").touch()
    shutil.copytree(messy.folder.log, tmp_path / "log")
    sealed = seal(tmp_path)
    return Inputs(
        root=tmp_path,
        read_seal=lambda: sealed,
        scenario=messy.scenario,
        token_keys=token_keys,
        mode="batch",
        read_truth=lambda: messy.truth,
        read_ledger=lambda: messy.ledger,
        read_log=lambda on_torn: read_log(tmp_path / "log", on_torn),
        open_warehouse=lambda: warehouse,
    )


def outcomes(checked) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in checked.checks}


def test_a_right_run_passes(inputs, messy):
    checked = run_checks(inputs)
    assert worst(outcomes(checked).values()) is Outcome.PASS
    assert len(checked.faults) > len(messy.scenario.faults), "mechanisms, too"
    assert checked.rows["clean.events"] == messy.expected.tables["clean.events"].num_rows
    assert sum(row.observed.messages for row in checked.conservation) == messy.ledger.messages.num_rows
    assert reason(checked.checks) == f"all {len(checked.checks)} checks held"


def test_progress_ends_when_all_checks_are_done(inputs):
    told: list[int] = []
    run_checks(replace(inputs, progress=told.append))
    assert told == [*range(2, CHECKS + 1)]


def test_a_check_that_crashes_is_unknown_and_the_others_go_on(inputs, warehouse):
    warehouse.change("drop table curated.kpi_5min")
    warehouse.change("delete from clean.rejected")
    checked = run_checks(inputs)
    found = outcomes(checked)
    assert found["table curated.kpi_5min"] is Outcome.UNKNOWN
    assert found["table clean.rejected"] is found["dispositions"] is Outcome.FAIL
    assert found["table clean.events"] is found["pii"] is Outcome.PASS
    (crashed,) = [check for check in checked.checks if check.name == "table curated.kpi_5min"]
    assert crashed.note.startswith("crashed: ")
    assert "kpi_5min" in crashed.note


def test_an_expected_table_that_can_t_be_computed_is_unknown(inputs, messy):
    strange = messy.ledger.messages.to_pydict()
    strange["body"][strange["fate"].index("clean")] = "malformed"
    ledger = replace(messy.ledger, messages=pa.Table.from_pydict(strange, MESSAGES))
    found = outcomes(run_checks(replace(inputs, read_ledger=lambda: ledger)))
    assert found["expected"] is Outcome.UNKNOWN
    assert found["log"] is Outcome.PASS


def test_a_broken_seal_stops_all_else(inputs):
    (inputs.root / "ledger" / "messages.parquet").write_bytes(b"")
    checked = run_checks(inputs)
    assert outcomes(checked) == {"seal": Outcome.UNKNOWN}
    assert reason(checked.checks) == "nothing is proven: seal: ledger/messages.parquet is not as it was sealed"


def test_no_messages_are_unknown(inputs, messy):
    empty = replace(messy.ledger, messages=messy.ledger.messages.slice(0, 0))
    checked = run_checks(replace(inputs, read_ledger=lambda: empty))
    assert worst(outcomes(checked).values()) is Outcome.UNKNOWN
    assert "no messages" in reason(checked.checks)


def test_a_warehouse_that_can_t_be_opened_is_unknown(inputs):
    def refuse():
        raise CannotTell("there is no warehouse")

    checked = run_checks(replace(inputs, open_warehouse=refuse))
    held = Outcome.PASS
    before = dict.fromkeys(("seal", "world", "log", "fired", "pii"), held)
    assert outcomes(checked) == before | {"warehouse": Outcome.UNKNOWN}
    assert reason(checked.checks) == "nothing is proven: warehouse: there is no warehouse"


def test_a_seal_that_can_t_be_read_is_unknown(inputs):
    def refuse():
        raise CannotTell("there is no seal")

    checked = run_checks(replace(inputs, read_seal=refuse))
    assert (outcomes(checked), checked.digests) == ({"seal": Outcome.UNKNOWN}, {})
    assert reason(checked.checks) == "nothing is proven: seal: there is no seal"


@pytest.mark.parametrize(
    "change",
    [
        "trace_id = {}",
        "event_id = {}",
        "dedupe_key = 'x' || {} || 'y'",
        "tenant_id = {}",
        "schema_hash = upper({})",
        "dedupe_key = hex(encode({}))",
        "payload = json_merge_patch(payload, json_object('service_level', {}))",
        "payload = json_merge_patch(payload, json_object('weight_kg', {}))",
        "payload = json_merge_patch(payload, json_object({}, 1))",
        "payload = {}",
    ],
)
def test_nobody_is_named_wherever_a_pipeline_puts_a_name(inputs, warehouse, messy, change):
    names = messy.truth.facts["shipment.created"]["recipient_name"].to_pylist()
    listed = ", ".join("'{}'".format(name.replace("'", "''")) for name in names)
    one = f"([{listed}])[(1 + hash(event_id) % {len(names)})::bigint]"
    warehouse.change(f"update clean.events set {change.format(one)} where event_type = 'shipment.created'")
    checked = run_checks(inputs)
    assert outcomes(checked)["table clean.events"] is Outcome.FAIL
    told = str(checked).lower()
    assert not [name for name in names if name.lower() in told or name.encode().hex() in told]


def test_a_verdict_is_read_as_it_was_written(inputs, tmp_path):
    checked = run_checks(inputs)
    verdict = Verdict(
        run="messy-0001",
        scenario="messy",
        seed=11,
        outcome="PASS",
        exit_code=0,
        reason=reason(checked.checks),
        digests={"log": "ab"},
        conservation=checked.conservation,
        faults=checked.faults,
        checks=checked.checks,
        rows=dict(checked.rows),
    )
    verdict.write(tmp_path / "verdict.json")
    assert Verdict.read(tmp_path / "verdict.json") == verdict
    assert not (tmp_path / "verdict.json.tmp").exists()
