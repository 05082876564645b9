"""The whole pipeline: every message in exactly one place, and the same tables however it is run."""

import base64
import json
import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from pipeline_messages import HOUR, START, Process, appended, created, driver, event, reference, scan, status, telemetry
from warehouse_content import rows, snapshot

from backends.interface import BackendError
from backends.local.event_log import LocalEventLog, read_log
from backends.local.segment import segment_paths
from backends.local.warehouse import LocalWarehouse
from backends.stage_failed import StageFailed
from pipeline import progress
from pipeline.build import STAGES, Settings, build, run
from pipeline.contract.tables import STREAMED, TABLES
from pipeline.stages.each_batch import EachBatch

CORPORA = Path(__file__).parents[1] / "corpora"
EVENTS = [
    event(created(), "e1"),
    event(status(), "e2"),
    event(status(), "e3"),
    event(status(), "e2"),
    event(status(status="delivered"), "e2"),
    event(scan(), "e4"),
    event(driver(), "e5"),
    event(telemetry(), "e6"),
    event(scan(), "e7", at=START - 9 * HOUR),
    b"{",
    b"\xff",
]


def dispositions(warehouse: LocalWarehouse) -> Counter[tuple[object, object]]:
    tables = ("clean.events", "ops.duplicates", "clean.rejected")
    return Counter((row["log_partition"], row["log_offset"]) for table in tables for row in rows(warehouse, table))


def positions(log: Path) -> Counter[tuple[object, object]]:
    return Counter((m["partition"], m["offset"]) for batch in read_log(log, print) for m in batch.to_pylist())


def test_every_message_is_in_exactly_one_place(process: Process, tmp_path: Path) -> None:
    warehouse = process([appended(EVENTS)])
    assert dispositions(warehouse) == positions(tmp_path / "run" / "log")
    assert {row["event_id"] for row in rows(warehouse, "clean.events")} == {"e1", "e2", "e4", "e5", "e6", "e7"}
    assert [row["event_id"] for row in rows(warehouse, "clean.too_late")] == ["e7"]
    assert [row["facility_name"] for row in rows(warehouse, "clean.shipment_status_events")] == ["Old name"]
    assert len(rows(warehouse, "raw.messages")) == len(EVENTS)
    assert len(rows(warehouse, "curated.dim_facility")) == 3


def test_tables_have_the_types_of_the_contract(process: Process) -> None:
    warehouse = process([appended(EVENTS)])
    for spec in STREAMED:
        found = warehouse.query(f"SELECT * FROM {spec.name}").read_all().schema
        assert [(f.name, f.type) for f in found] == [(f.name, f.type) for f in spec.schema], spec.name


def test_metrics_count_every_stage(process: Process) -> None:
    totals: Counter[tuple[object, object, object]] = Counter()
    before = progress.rows("decode")
    for row in rows(process([appended(EVENTS)]), "ops.metrics"):
        totals[row["stage"], row["metric"], row["label"]] += row["value"]
    partitions = [totals.pop(("log", "partition", str(number)), 0) for number in range(2)]
    assert sum(partitions) == len(EVENTS)
    assert totals == {
        ("log", "messages", ""): 11,
        ("decode", "valid", ""): 9,
        ("decode", "rejected", "bad_json"): 1,
        ("decode", "rejected", "bad_encoding"): 1,
        ("dedupe", "first", ""): 6,
        ("dedupe", "duplicate", "event_id"): 1,
        ("dedupe", "duplicate", "status"): 1,
        ("dedupe", "rejected", "conflicting_duplicate"): 1,
        ("windows", "lateness", "on_time"): 5,
        ("windows", "lateness", "too_late"): 1,
        ("windows", "ingest_lag", "le_60"): 1,
        ("windows", "ingest_lag", "le_300"): 4,
        ("windows", "ingest_lag", "le_86400"): 1,
    }
    assert progress.rows("decode") - before == len(EVENTS)


def test_personal_data_are_in_raw_and_nowhere_else(process: Process, tmp_path: Path) -> None:
    warehouse = process([appended(EVENTS)])
    for spec in STREAMED:
        text = str(rows(warehouse, spec.name))
        found = any(secret in text for secret in ("Ada Lovelace", "grace@example.org", "+49 30"))
        assert found == (spec.name == "raw.messages"), spec.name
    assert not (tmp_path / "staging").exists()


def test_an_empty_log_gives_empty_tables(process: Process) -> None:
    warehouse = process([])
    assert rows(warehouse, "clean.events") == []
    assert len(rows(warehouse, "ops.commits")) == 1


def test_running_again_changes_nothing(process: Process) -> None:
    once = snapshot(process([appended(EVENTS)]))
    assert snapshot(process([], name="run")) == once


def test_repeated_bundles_change_nothing(process: Process, settings: Settings, tmp_path: Path) -> None:
    once = snapshot(process([appended(EVENTS)]))
    again = LocalWarehouse(tmp_path / "again", list(TABLES.values()))
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=2), options=PipelineOptions([])) as pipeline:
        build(pipeline, LocalEventLog(tmp_path / "run" / "log", 2), again, reference(), settings)
    assert snapshot(again) == once


def test_the_order_of_batches_does_not_matter(settings: Settings, tmp_path: Path) -> None:
    with LocalEventLog(tmp_path / "log", 3) as log:
        log.append(appended(EVENTS * 3))
    batches = [batch.slice(at, 2) for batch in read_log(tmp_path / "log") for at in range(0, batch.num_rows, 2)]
    found = []
    for seed in range(3):
        Random(seed).shuffle(batches)
        warehouse = LocalWarehouse(tmp_path / f"warehouse {seed}", list(TABLES.values()))
        run(Batches(batches), warehouse, reference(), settings)
        found.append(snapshot(warehouse))
    assert found[0] == found[1] == found[2]
    assert len(found[0]["clean.events"]) == 6


class Batches:
    """An event log of batches in a given order."""

    def __init__(self, batches: list[pa.RecordBatch]) -> None:
        self._batches = list(batches)

    def append(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        raise NotImplementedError

    def close(self) -> None:
        pass

    def source(self) -> beam.PTransform:
        return beam.Create(self._batches, reshuffle=False)


def test_a_torn_log_is_processed_as_far_as_it_goes_and_not_in_silence(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with LocalEventLog(tmp_path / "log", 1) as log:
        log.append(appended(EVENTS))
    with LocalEventLog(tmp_path / "log", 1) as log:
        log.append(appended([event(scan("S9"), "e9")]))
    torn = segment_paths(tmp_path / "log")[1]
    torn.write_bytes(torn.read_bytes()[:-100])
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    with caplog.at_level(logging.WARNING):
        counters = run(LocalEventLog(tmp_path / "log", 1), warehouse, reference(), settings)
    assert dispositions(warehouse) == positions(tmp_path / "log")
    assert len(rows(warehouse, "clean.events")) == 6
    assert counters["log/torn_segments"] == 1
    assert torn.name in caplog.text


def test_a_segment_somebody_copied_is_seen_twice(settings: Settings, tmp_path: Path) -> None:
    with LocalEventLog(tmp_path / "log", 1) as log:
        log.append(appended(EVENTS))
    (path,) = segment_paths(tmp_path / "log")
    path.with_name("00000000000000000099.arrow").write_bytes(path.read_bytes())
    warehouse = LocalWarehouse(tmp_path / "warehouse", list(TABLES.values()))
    run(LocalEventLog(tmp_path / "log", 1), warehouse, reference(), settings)
    assert len(rows(warehouse, "raw.messages")) == 2 * len(EVENTS)
    assert dispositions(warehouse) == positions(tmp_path / "log")
    assert len(rows(warehouse, "clean.events")) == 6


def test_a_stage_can_be_replaced(process: Process) -> None:
    def keep_all(settings: Settings) -> EachBatch:
        return EachBatch("dedupe", lambda events: {"first": events}, ("first", "duplicate", "rejected"))

    warehouse = process([appended(EVENTS)], replace(STAGES, dedupe=keep_all))
    assert len(rows(warehouse, "clean.events")) == 9
    assert rows(warehouse, "ops.duplicates") == []


def test_staging_is_removed_also_after_a_failure(process: Process, settings: Settings) -> None:
    def fail(_: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
        raise ValueError("broken")

    broken = replace(STAGES, windows=lambda _: EachBatch("windows", fail, ("events", "too_late")))
    with pytest.raises(StageFailed):
        process([appended(EVENTS)], broken)
    assert not settings.staging.exists()


def test_a_warehouse_holds_one_run(process: Process, settings: Settings, tmp_path: Path) -> None:
    once = snapshot(process([appended(EVENTS)]))
    warehouse = LocalWarehouse(tmp_path / "run" / "warehouse", list(TABLES.values()))
    log = LocalEventLog.opened(tmp_path / "run" / "log")
    with pytest.raises(BackendError, match=r"name another folder$"):
        run(log, warehouse, reference(), replace(settings, allowed_lateness_us=0))
    with pytest.raises(BackendError, match=r"name another folder$"):
        process([appended([event(scan("S9"), "e9")])], name="run")
    assert snapshot(warehouse) == once


def test_settings_do_not_show_the_key(settings: Settings) -> None:
    assert settings.keys.ids[0] in repr(settings)
    assert settings.keys.keys[0].secret.decode() not in repr(settings)


def hostile() -> list[bytes]:
    """The JSON test corpus and the naughty strings, each as a message; each string also inside a sound one."""
    corpus = [path.read_bytes() for path in sorted((CORPORA / "json-test-suite").rglob("*.json"))]
    plain = json.loads((CORPORA / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    encoded = json.loads((CORPORA / "naughty-strings" / "blns.base64.json").read_text(encoding="utf-8"))
    naughty = [text.encode() for text in plain] + [base64.b64decode(text) for text in encoded]
    inside = [naughty_event(text, n) for n, text in enumerate(plain)]
    return corpus + naughty + inside


def naughty_event(text: str, number: int) -> bytes:
    document = json.loads(event(created(f"S{number}")))
    document["payload"]["recipient_name"] = text
    document["event_id"] = text
    return json.dumps(document, ensure_ascii=bool(number % 2)).encode()


def test_hostile_messages_are_all_accounted_for(process: Process, tmp_path: Path) -> None:
    values = hostile()
    warehouse = process([appended(values)])
    assert dispositions(warehouse) == positions(tmp_path / "run" / "log")
    back = Counter(
        str(row["body"]).encode() if row["body_base64"] is None else base64.b64decode(str(row["body_base64"]))
        for row in rows(warehouse, "raw.messages")
    )
    assert back == Counter(values)
