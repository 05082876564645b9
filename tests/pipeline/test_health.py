"""Rates from counts: worked out by hand from a few rows of ``ops.metrics``."""

from pathlib import Path

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import HEALTH, METRICS, TABLES
from pipeline.marts import build_marts
from pipeline.stages.each_batch import one_batch

Rate = tuple[str, str, str]
COUNTED = [
    ("decode", "valid", "acme", "", 90),
    ("decode", "rejected", "acme", "bad_json", 10),
    ("dedupe", "first", "acme", "", 80),
    ("dedupe", "duplicate", "acme", "event_id", 4),
    ("dedupe", "duplicate", "acme", "status", 1),
    ("dedupe", "rejected", "acme", "conflicting_duplicate", 5),
    ("windows", "lateness", "acme", "on_time", 70),
    ("windows", "lateness", "acme", "late", 8),
    ("windows", "lateness", "acme", "too_late", 2),
    ("windows", "ingest_lag", "acme", "le_1", 40),
    ("windows", "ingest_lag", "acme", "le_10", 36),
    ("windows", "ingest_lag", "acme", "le_2", 0),
    ("windows", "ingest_lag", "acme", "le_inf", 4),
    ("decode", "rejected", "", "bad_json", 3),
]


@pytest.fixture
def health(tmp_path: Path) -> dict[Rate, float]:
    warehouse = LocalWarehouse(tmp_path, list(TABLES.values()))
    rows = [("facility.scan", *row) for row in COUNTED] + [("", "log", "partition", "", "0", 30)]
    rows += [("", "log", "partition", "", "1", 10), ("", "log", "messages", "", "", 40)]
    names = ("event_type", "stage", "metric", "tenant_id", "label", "value")
    written(warehouse, pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]))
    build_marts(warehouse)
    found = warehouse.query(f"SELECT * FROM {HEALTH.name}").read_all().to_pylist()
    assert len(found) == len({tuple(row[key] for key in HEALTH.keys) for row in found})
    return {(row["metric"], row["tenant_id"], row["label"]): row["value"] for row in found}


def written(warehouse: LocalWarehouse, table: pa.Table) -> None:
    rows = one_batch(table.select(METRICS.schema.names).cast(METRICS.schema))
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        {METRICS.name: pipeline | beam.Create([rows])} | warehouse.sink()


def test_rates_are_shares_of_messages_and_of_events(health: dict[Rate, float]) -> None:
    rates = {key: value for key, value in health.items() if key[0] not in ("ingest_lag_s", "partition_skew")}
    assert rates == {
        ("duplicate_rate", "acme", ""): 0.05,
        ("duplicate_rate", "", ""): 0.0,
        ("rejection_rate", "acme", "bad_json"): 0.1,
        ("rejection_rate", "acme", "conflicting_duplicate"): 0.05,
        ("rejection_rate", "", "bad_json"): 1.0,
        ("late_rate", "acme", ""): 0.1,
        ("too_late_rate", "acme", ""): 0.025,
    }


def test_a_percentile_is_the_bound_of_the_bucket_that_it_lies_in(health: dict[Rate, float]) -> None:
    lags = {label: value for (metric, _, label), value in health.items() if metric == "ingest_lag_s"}
    assert lags == {"p50": 1.0, "p95": 10.0, "p99": float("inf")}, "40 and 76 of 80 are exactly p50 and p95"


def test_skew_is_the_largest_partition_over_the_mean(health: dict[Rate, float]) -> None:
    assert health["partition_skew", "", ""] == 30 / 20
