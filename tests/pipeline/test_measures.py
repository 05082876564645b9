"""What is counted: each row once for each measure, under the label that it must have."""

from datetime import timedelta

import pyarrow as pa
import pytest
from pipeline_messages import HOUR_US, KEY, START, event, messages, scan

from pipeline.contract.tables import METRICS
from pipeline.stages.count import counts, sum_counts
from pipeline.stages.decode import decode
from pipeline.stages.measures import LAG_BOUNDS_S, MEASURES
from pipeline.stages.windows import place

BY_NAME = {f"{one.stage} {one.metric}": one for one in MEASURES}
SECOND_US = 1_000_000


def lag_of(lag_us: int) -> str:
    events = decode(messages([event(scan(), at=START)], START + timedelta(microseconds=lag_us)), 10**15, KEY)["valid"]
    counted = counts(place(events, HOUR_US)["events"], BY_NAME["windows ingest_lag"])
    return str(counted["label"][0])


@pytest.mark.parametrize(("bound", "beyond"), list(zip(LAG_BOUNDS_S, [*LAG_BOUNDS_S[1:], "inf"], strict=True)))
def test_a_lag_at_a_bound_is_in_its_bucket_and_a_microsecond_more_is_not(bound: int, beyond: object) -> None:
    assert lag_of(bound * SECOND_US - 1) == f"le_{bound}"
    assert lag_of(bound * SECOND_US) == f"le_{bound}"
    assert lag_of(bound * SECOND_US + 1) == f"le_{beyond}"


def test_an_event_ahead_of_its_arrival_has_no_lag() -> None:
    assert lag_of(-5 * SECOND_US) == "le_0"


def test_messages_are_counted_by_what_their_attributes_claim() -> None:
    log = pa.Table.from_batches(
        [
            messages([b"{", b"\xff"], event_type="facility.scan", tenant_id="acme"),
            messages([event(scan())], event_type="no.such.type", tenant_id=None),
        ]
    )
    batch = log.combine_chunks().to_batches()[0]
    counted = counts(batch, BY_NAME["log messages"]).to_pylist()
    told = {(row["event_type"], row["tenant_id"]): row["value"] for row in counted}
    assert told == {("facility.scan", "acme"): 2.0, ("unknown", ""): 1.0}
    (partition,) = counts(batch, BY_NAME["log partition"]).to_pylist()
    assert (partition["event_type"], partition["tenant_id"], partition["value"]) == ("", "", 3.0)
    assert partition["label"] == str(batch["partition"][0])


def test_rejections_are_counted_by_code() -> None:
    rejected = decode(messages([b"{", b"}", b"\xff"]), 0, KEY)["rejected"]
    counted = counts(rejected, BY_NAME["decode rejected"]).to_pylist()
    assert {row["label"]: row["value"] for row in counted} == {"bad_json": 2.0, "bad_encoding": 1.0}


def test_counts_of_parts_add_up_to_those_of_the_whole() -> None:
    whole = decode(messages([b"{", b"}", b"\xff"] * 3), 0, KEY)["rejected"]
    measure = BY_NAME["decode rejected"]
    parts = [counts(whole.slice(at, 2), measure) for at in range(0, whole.num_rows, 2)]
    assert sum_counts(parts) == sum_counts([counts(whole, measure)])
    assert sum_counts([counts(whole.slice(0, 0), measure)]).schema == METRICS.schema
