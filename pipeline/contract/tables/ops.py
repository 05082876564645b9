"""What the pipeline says about itself."""

import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec
from pipeline.contract.tables.shape import INT, POSITION, REAL, TEXT, columns

DUPLICATES = TableSpec(
    "ops.duplicates",
    columns(
        *POSITION,
        ("event_type", TEXT),
        ("tenant_id", TEXT, "null"),
        ("source", TEXT),
        ("event_id", TEXT),
        ("matched_on", TEXT),
        ("first_log_partition", pa.int32()),
        ("first_log_offset", INT),
    ),
    ("log_partition", "log_offset"),
    "One row for each message dropped as a copy, the key that matched (`event_id` or `status`), and the place of "
    "the first message with that key.",
)

METRICS = TableSpec(
    "ops.metrics",
    columns(
        ("stage", TEXT),
        ("metric", TEXT),
        ("event_type", TEXT),
        ("tenant_id", TEXT),
        ("label", TEXT),
        ("value", REAL),
    ),
    ("stage", "metric", "event_type", "tenant_id", "label"),
    "What the pipeline counted about itself: messages by stage and outcome. `label` tells outcomes apart: the code of "
    "a rejection, the key of a duplicate, the lateness, the log's partition, or the bucket of the lag from "
    "`event_time` to `ingest_time`. A missing tenant is an empty string, as is the label of a metric that has none.",
)

HEALTH = TableSpec(
    "ops.health",
    columns(
        ("metric", TEXT),
        ("event_type", TEXT),
        ("tenant_id", TEXT),
        ("label", TEXT),
        ("value", REAL),
    ),
    ("metric", "event_type", "tenant_id", "label"),
    "The rates that people watch, from `ops.metrics`: `duplicate_rate`, `rejection_rate` (by code in `label`), "
    "`late_rate`, `too_late_rate`, `ingest_lag_s` (`label` is `p50`, `p95` or `p99`: the upper bound of the bucket "
    "that it lies in), and `partition_skew`, the largest partition's messages over the mean's.",
)

RUNS = TableSpec(
    "ops.runs",
    columns(
        ("run_id", TEXT),
        ("command", TEXT),
        ("mode", TEXT),
        ("started_at", TIMESTAMP),
        ("finished_at", TIMESTAMP),
        ("messages", INT),
        ("rows", INT),
        ("key_ids", TEXT),
        ("settings", TEXT),
        ("stage_seconds", TEXT),
    ),
    ("run_id",),
    "One row for each command that changed the warehouse: what it was asked (`settings`, JSON), which keys made its "
    "tokens, and how long each stage worked (`stage_seconds`, JSON; seconds of all workers together). The only table "
    "with times of the wall clock.",
)

RECON_RESULTS = TableSpec(
    "ops.recon_results",
    columns(
        ("run_id", TEXT),
        ("table_name", TEXT),
        ("partition_date", pa.date32()),
        ("rows_before", INT),
        ("rows_after", INT),
        ("rows_changed", INT),
        ("late_events", INT),
        ("action", TEXT),
    ),
    ("run_id", "table_name", "partition_date"),
    "One row for each day of a mart that no longer said what the clean tables say, and was `rebuilt`; a day of "
    "`curated.kpi_5min` is only `reported`, once. `rows_changed` counts rows that were added, removed or changed, "
    "`late_events` the late and too-late events of that UTC day.",
)
