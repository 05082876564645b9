"""The 5-minute KPIs: what counts, where it counts, and that the parts of a window add up."""

import pyarrow as pa
from pipeline_messages import HOUR, HOUR_US, KEY, MINUTE, START, created, event, messages, scan, status, telemetry

from pipeline.stages.decode import decode
from pipeline.stages.kpi import partial_kpis, sum_kpis
from pipeline.stages.windows import place


def placed(*values: bytes, ingest_time=START + MINUTE) -> pa.RecordBatch:
    return place(decode(messages(values, ingest_time), 10**15, KEY)["valid"], HOUR_US)["events"]


EVENTS = (
    event(status("S1"), "e1"),
    event(status("S2"), "e2"),
    event(status("S3", "exception"), "e3"),
    event(scan("S1"), "e4"),
    event(scan("S1", "POTS"), "e5"),
    event(status("S1", "delivered"), "e6", at=START + 5 * MINUTE),
    event(status("S4"), "e7", tenant_id=None),
    event(created(), "e8"),
    event(telemetry(), "e9"),
)


def test_status_changes_and_scans_count_by_window_tenant_and_facility() -> None:
    rows = sum_kpis([partial_kpis(placed(*EVENTS))]).to_pylist()
    by_key = {(row["window_start"] - START, row["tenant_id"], row["facility_id"]): row for row in rows}
    first = by_key[0 * MINUTE, "acme", "MITTE"]
    assert (first["in_transit"], first["exceptions"], first["scans"], first["delivered"]) == (2, 1, 1, 0)
    assert by_key[0 * MINUTE, "acme", "POTS"]["scans"] == 1
    assert by_key[5 * MINUTE, "acme", "MITTE"]["delivered"] == 1
    assert by_key[0 * MINUTE, "", "MITTE"]["in_transit"] == 1
    assert len(rows) == 4


def test_parts_in_any_order_add_up_to_the_whole() -> None:
    whole = sum_kpis([partial_kpis(placed(*EVENTS))])
    parts = [partial_kpis(placed(value)) for value in EVENTS]
    assert sum_kpis(parts).equals(whole)
    assert sum_kpis(reversed(parts)).equals(whole)


def test_late_events_count_and_too_late_events_do_not() -> None:
    late = partial_kpis(placed(*EVENTS[:3], ingest_time=START + HOUR)).to_pylist()
    assert [(row["in_transit"], row["late_events"]) for row in late] == [(2, 3)]
    assert partial_kpis(placed(*EVENTS[:3], ingest_time=START + 2 * HOUR)).num_rows == 0


def test_nothing_gives_an_empty_batch() -> None:
    assert sum_kpis([]).num_rows == 0
