"""Generation as a whole: the same bytes by any number of workers, an end that can be set, and a ledger that adds up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from backends.local.event_log import LocalEventLog, read_log
from pipeline.contract.rejections import Rejection
from sim.errors import UsageError
from sim.faults import Corrupt, Delay, Drop, Duplicate
from sim.generation import into_folder
from sim.generation.generate import generate
from sim.generation.into_folder import empty_folder, fill
from sim.generation.options import Options, options
from sim.generation.pace import Pace
from sim.generation.sample import sample
from sim.ledger import Fate, Ledger
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.seal import seal
from sim.truth import Truth
from sim.units import Duration, Share
from sim.world import kernel

MINUTE = 60 * 1_000_000
_PLAIN = Options()
Make = Callable[..., RunFolder]


@pytest.fixture
def scenario(small_scenario: Scenario) -> Scenario:
    faults = (
        Duplicate(share=Share(0.05)),
        Duplicate(share=Share(0.05), copy="new_id", delay=Duration(120 * MINUTE)),
        Delay(share=Share(0.1), longest=Duration(180 * MINUTE)),
        Drop(share=Share(0.02)),
        Corrupt(share=Share(0.02)),
    )
    return msgspec.structs.replace(small_scenario, faults=faults)


@pytest.fixture
def made(scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Generates in many slices; gives the folder."""
    monkeypatch.setattr(kernel, "_SLICE_MESSAGES", 1_000)

    def make(name: str, options: Options = _PLAIN, of: Scenario = scenario) -> RunFolder:
        folder = RunFolder(tmp_path / name)
        folder.path.mkdir()
        generate(of, folder, LocalEventLog(folder.log, 3), options)
        return folder

    return make


def test_any_number_of_workers_writes_the_same_bytes(made: Make) -> None:
    alone, two, eight = (seal(made(f"{n}", Options(workers=n)).path) for n in (1, 2, 8))
    assert len(alone.files_of("truth")) > 20, "several slices"
    assert alone == two == eight


def test_the_cut_into_slices_moves_no_message(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    many = Ledger.read(made("many").ledger).messages
    monkeypatch.setattr(kernel, "_SLICE_MESSAGES", 10**9)
    one = Ledger.read(made("one").ledger).messages
    same = ["message_id", "partition", "offset", "ingest_time", "key", "event_id", "value_sha256", "fate", "code"]
    assert many.select(same).equals(one.select(same))


def test_ledger_log_and_truth_tell_of_the_same(made: Make) -> None:
    folder = made("one")
    ledger, truth = Ledger.read(folder.ledger), Truth.read(folder.truth)
    messages = ledger.messages.to_pylist()
    log = pa.Table.from_batches(read_log(folder.log)).to_pylist()
    at = {(row["partition"], row["offset"]): row for row in log}
    assert len(at) == len(messages) == len(log)
    assert [row["message_id"] for row in messages] == list(range(len(messages)))
    assert all(a["ingest_time"] <= b["ingest_time"] for a, b in pairwise(messages))
    for row in messages:
        logged = at[row["partition"], row["offset"]]
        assert hashlib.sha256(logged["value"]).hexdigest() == row["value_sha256"]
        assert len(logged["value"]) == row["value_bytes"]
        attributes = {"event_type": row["event_type"], "source": row["source"], "tenant_id": row["tenant_id"]}
        assert dict(logged["attributes"]) == {name: value for name, value in attributes.items() if value}
    for name, facts in truth.facts.items():
        its = [row for row in messages if row["event_type"] == name]
        told = facts.take(pa.array([row["fact_row"] for row in its], pa.int64()))
        assert told["event_time"].to_pylist() == [row["event_time"] for row in its]
        assert told["tenant_id"].to_pylist() == [row["tenant_id"] for row in its]


def test_a_duplicate_names_an_earlier_message_about_the_same_fact(made: Make) -> None:
    messages = Ledger.read(made("one").ledger).messages.to_pylist()
    duplicates = [row for row in messages if row["fate"] == "duplicate"]
    assert {row["matched_on"] for row in duplicates} == {"event_id", "status"}
    for row in duplicates:
        kept = messages[row["kept_message_id"]]
        assert kept["message_id"] < row["message_id"]
        assert (kept["event_type"], kept["fact_row"]) == (row["event_type"], row["fact_row"])
        assert (kept["event_id"] == row["event_id"]) == (row["matched_on"] == "event_id")


def test_firings_name_the_messages_that_they_touch(made: Make) -> None:
    ledger = Ledger.read(made("one").ledger)
    facts = ledger.messages.select(["event_type", "fact_row"]).to_pylist()
    firings = ledger.firings.to_pylist()
    assert {row["kind"] for row in firings} == {"duplicate", "delay", "drop", "corrupt"}
    for row in firings:
        assert (row["message_id"] is None) == (row["kind"] == "drop")
        if row["message_id"] is not None:
            assert facts[row["message_id"]] == {name: row[name] for name in ("event_type", "fact_row")}


def test_with_a_limit_too_any_number_of_workers_writes_the_same_bytes(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_SLICE_MESSAGES", 100)
    alone, three = (seal(made(f"{n}", Options(workers=n, limit=1_500)).path) for n in (1, 3))
    assert alone == three


def test_a_limit_keeps_the_first_to_arrive(made: Make) -> None:
    whole, part = Ledger.read(made("whole").ledger), Ledger.read(made("part", Options(limit=777)).ledger)
    assert part.messages.equals(whole.messages.slice(0, 777))
    assert set(part.firings["message_id"].drop_null().to_pylist()) <= set(range(777))
    assert {row["kind"] for row in part.firings.to_pylist() if row["message_id"] is None} == {"drop"}


def test_a_live_log_is_in_view_while_it_grows(scenario: Scenario, tmp_path: Path) -> None:
    seen: set[int] = set()

    def look(_: float) -> None:
        seen.add(sum(batch.num_rows for batch in read_log(folder.log)))

    folder, live_from = RunFolder(tmp_path), round(scenario.start.timestamp() * 1e6) + 60 * MINUTE
    pace = Pace(3600.0, live_from, now=lambda: 0.0, sleep=look)
    count = generate(scenario, folder, LocalEventLog(folder.log, 3), Options(limit=1_000, pace=pace))
    assert count == 1_000
    assert len(seen) > 3


def test_what_happened_before_the_backfills_end_comes_at_once(scenario: Scenario) -> None:
    chosen = options(scenario, 1, None, 60.0, Duration(90 * MINUTE)).pace
    assert chosen is not None
    assert chosen.live_from == round(scenario.start.timestamp()) * 1_000_000 + 90 * MINUTE


def test_nothing_is_left_of_the_spool(made: Make) -> None:
    assert not made("one").spool.exists()


def test_a_run_without_orders_has_a_log_all_the_same(made: Make, scenario: Scenario) -> None:
    demand = msgspec.structs.replace(scenario.demand, by_hour=(0.0,) * 23 + (1.0,))
    quiet = made("quiet", of=msgspec.structs.replace(scenario, demand=demand))
    types = Ledger.read(quiet.ledger).messages["event_type"].unique().to_pylist()
    assert set(types) == {"facility.capacity.changed", "driver.status.changed"}


def test_a_sample_shows_every_type_there_is(scenario: Scenario) -> None:
    lines = list(sample(scenario, 20))
    assert len(lines) == 40
    kinds = {line.split("  ")[1] for line in lines[::2]}
    assert len(kinds) == 8
    assert all(line.startswith("  ") for line in lines[1::2])


def test_a_sample_tells_fates_and_codes_in_words(scenario: Scenario) -> None:
    heads = list(sample(scenario, 10**9))[::2]
    told = {head.split("  ")[3].rstrip(")").partition(" (")[::2] for head in heads}
    assert {"clean", "duplicate", "late"} <= {fate for fate, _ in told} <= set(Fate)
    assert {fate for fate, code in told if code} == {"rejected"}
    assert {"bad_json"} <= {code for fate, code in told if fate == "rejected"} <= set(Rejection)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match=r"holds 'thesis\.txt', want an empty folder"):
        empty_folder(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_scenario_in_a_folder_is_somebodys_own(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("# hours of work")
    with pytest.raises(UsageError, match=r"holds 'scenario\.yaml', want an empty folder"):
        empty_folder(tmp_path)
    assert (tmp_path / "scenario.yaml").read_text() == "# hours of work"


def test_what_is_filled_is_marked_until_its_seal_is_there(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    folder = empty_folder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(into_folder, "seal", stopped)
        with pytest.raises(KeyboardInterrupt):
            fill(folder, scenario, _PLAIN, print)
    assert folder.unfinished.exists()
    fill(empty_folder(tmp_path), scenario, _PLAIN, print)
    assert not folder.unfinished.exists()
    assert folder.seal.exists()


def test_an_unfinished_folder_is_begun_anew_and_a_sealed_one_is_not(made: Make) -> None:
    folder = made("one")
    folder.scenario.write_text("")
    folder.unfinished.touch()
    assert not list(empty_folder(folder.path).path.iterdir())
    folder.seal.write_text("{}")
    with pytest.raises(UsageError, match="holds a generated run"):
        empty_folder(folder.path)


def test_arrivals_rise_in_every_partition(made: Make) -> None:
    for batch in read_log(made("one").log):
        assert (np.diff(batch.column("offset").to_numpy()) == 1).all()
        assert (np.diff(batch.column("ingest_time").cast(pa.int64()).to_numpy()) >= 0).all()


def test_a_live_log_tells_how_far_it_is_itself(scenario: Scenario, tmp_path: Path) -> None:
    folder, told = RunFolder(tmp_path), []
    start_us = int(scenario.start.timestamp()) * 1_000_000
    pace = Pace(3_600.0, start_us, now=lambda: 0.0, sleep=lambda _: None)
    log = LocalEventLog(folder.log, 3)
    generate(scenario, folder, log, Options(limit=2_000, pace=pace), lambda *so_far: told.append(so_far))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] + 0.5
    assert [count for _, count in told if count] == [count for _, count in told]
