"""Counts and rates, from fates."""

import math
from datetime import timedelta

import pytest

SCAN = "facility.scan"


@pytest.fixture
def messages(told):
    """Ten messages of one type in two partitions: a copy, two rejections, four on time, two late, one too late."""
    for at in range(4):
        told.fact(SCAN, f"08:0{at}")
    told.fact(SCAN, "08:04", "late")
    told.fact(SCAN, "08:05", "late")
    told.fact(SCAN, "08:06", "too_late")
    told._messages[-1]["ingest_time"] += timedelta(days=9)
    told.message(SCAN, 0, fate="duplicate", kept_message_id=0, matched_on="event_id", partition=1)
    told.message(SCAN, 0, fate="rejected", code="conflicting_duplicate", partition=1)
    told.message(SCAN, 1, fate="rejected", code="bad_json", tenant_id=None, partition=1)
    return told


def test_metrics_count_each_message_where_it_went(messages, rows):
    counted = {
        (row["stage"], row["metric"], row["tenant_id"], row["label"]): row["value"] for row in rows("ops.metrics")
    }
    assert counted == {
        ("log", "messages", "acme", ""): 9,
        ("log", "messages", "", ""): 1,
        ("log", "partition", "", "0"): 7,
        ("log", "partition", "", "1"): 3,
        ("decode", "valid", "acme", ""): 9,
        ("decode", "rejected", "", "bad_json"): 1,
        ("dedupe", "first", "acme", ""): 7,
        ("dedupe", "duplicate", "acme", "event_id"): 1,
        ("dedupe", "rejected", "acme", "conflicting_duplicate"): 1,
        ("windows", "lateness", "acme", "on_time"): 4,
        ("windows", "lateness", "acme", "late"): 2,
        ("windows", "lateness", "acme", "too_late"): 1,
        ("windows", "ingest_lag", "acme", "le_1"): 6,
        ("windows", "ingest_lag", "acme", "le_inf"): 1,
    }


def test_rates_are_those_of_the_fates(messages, rows):
    rates = {(row["metric"], row["tenant_id"], row["label"]): row["value"] for row in rows("ops.health")}
    assert {key: round(value, 9) for key, value in rates.items()} == {
        ("duplicate_rate", "acme", ""): round(1 / 9, 9),
        ("duplicate_rate", "", ""): 0.0,
        ("rejection_rate", "acme", "conflicting_duplicate"): round(1 / 9, 9),
        ("rejection_rate", "", "bad_json"): 1.0,
        ("late_rate", "acme", ""): round(2 / 7, 9),
        ("too_late_rate", "acme", ""): round(1 / 7, 9),
        ("ingest_lag_s", "acme", "p50"): 1.0,
        ("ingest_lag_s", "acme", "p95"): math.inf,
        ("ingest_lag_s", "acme", "p99"): math.inf,
        ("partition_skew", "", ""): 1.4,
    }


@pytest.mark.parametrize(("lag_us", "label"), [(-1, "le_0"), (0, "le_0"), (1, "le_1"), (86_400_000_001, "le_604800")])
def test_a_lag_is_in_the_first_bucket_that_is_not_below_it(told, rows, lag_us, label):
    told.fact(SCAN, "08:00")
    told._messages[-1]["ingest_time"] = told._messages[-1]["event_time"] + timedelta(microseconds=lag_us)
    assert [row["label"] for row in rows("ops.metrics") if row["metric"] == "ingest_lag"] == [label]
    lags = {row["value"] for row in rows("ops.health") if row["metric"] == "ingest_lag_s"}
    assert lags == {float(label.removeprefix("le_"))}
