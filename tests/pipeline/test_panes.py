"""Panes of the 5-minute KPIs, by Beam's own watermark, on drawn timelines::

event_time 04:02      window ends 04:05 = w                   allowed until w + 10 minutes
----|-------------------|------------------------------------------|-----------> arrival
     04:02:30     -1 0  | +1                                  -1 0 | +1          (us)
     early      on_time | late ... in the epoch that ends next     | nowhere
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.testing import test_stream
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import keep, rows_of
from pipeline_messages import KEY, MINUTE, START, event, messages, scan

from backends.epochs import EPOCH_US, epoch_end_us
from pipeline.stages.decode import decode
from pipeline.stages.kpi import partial_kpis, sum_kpis
from pipeline.stages.kpi_panes import KpiPanes, pane_rows
from pipeline.stages.streaming_dedupe import StreamingDedupe
from pipeline.stages.windows import Windows, place

US = timedelta(microseconds=1)
WINDOW = 5 * MINUTE
HOUR = 60 * MINUTE
ALLOWED = 10 * MINUTE
ALLOWED_US = 600 * 1_000_000
EPOCH = EPOCH_US * US


class Scan(NamedTuple):
    """What happened, and when the log took it."""

    at: datetime
    arrival: datetime
    facility: str = "MITTE"


Pane = tuple[datetime, str, int, str, int, int]
"""Window, facility, pane, timing, scans, late ones of them."""


def window_end(at: datetime) -> datetime:
    return START + ((at - START) // WINDOW + 1) * WINDOW


def epoch_end(arrival: datetime) -> datetime:
    return START - ((START - arrival) // EPOCH) * EPOCH


def must_appear(told: list[Scan]) -> set[Pane]:
    """Every pane of every window, from the words of the contract alone."""
    panes: set[Pane] = set()
    for end in {window_end(one.at) for one in told}:
        counted = [one for one in told if window_end(one.at) == end and one.arrival <= end + ALLOWED]
        steps = sorted({epoch_end(one.arrival) for one in counted})
        timings = [("early", step) for step in steps if step <= end]
        timings += [("on_time", end)] * bool(timings) + [("late", step) for step in steps if step > end]
        for pane, (timing, step) in enumerate(timings):
            so_far = [one for one in counted if epoch_end(one.arrival) <= step]
            total = Counter(one.facility for one in so_far)
            late = Counter(one.facility for one in so_far if one.arrival > end)
            new = {one.facility for one in so_far if timing == "on_time" or epoch_end(one.arrival) == step}
            panes |= {(end - WINDOW, one, pane, timing, total[one], late[one]) for one in new}
    return panes


def valid(told: list[Scan]) -> pa.RecordBatch:
    rows = [
        decode(messages([event(scan("S1", one.facility), f"e{n}", at=one.at)], one.arrival), 10**12, KEY)["valid"]
        for n, one in enumerate(told)
    ]
    return pa.concat_batches(rows)


def published(told: list[Scan], *, ahead: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Panes and last state, of events that are read some epochs ahead of the watermark, which skips empty epochs."""
    rows = valid(told)
    ends = epoch_end_us(rows.column("ingest_time"))
    steps = sorted(set(ends.tolist()))
    source = test_stream.TestStream()
    for at in range(0, len(steps), ahead):
        batch = rows.filter(pa.array(np.isin(ends, steps[at : at + ahead])))
        source.add_elements([TimestampedValue(batch, Timestamp(micros=steps[at] - 1))])
        for step in steps[at : at + ahead]:
            source.advance_watermark_to(Timestamp(micros=step))
    pipeline = beam.Pipeline(runner=BundleBasedDirectRunner(), options=PipelineOptions(["--streaming"]))
    events = pipeline | source
    events.is_bounded = True
    placed = (events | StreamingDedupe(10**12))["now"] | Windows(ALLOWED_US)
    outputs = placed["events"] | KpiPanes(ALLOWED_US)
    kept = keep({name: outputs[name] for name in ("panes", "kpis")})
    pipeline.run().wait_until_finish()
    return {name: rows_of(batches) for name, batches in kept.items()}


def panes_of(rows: list[dict[str, Any]]) -> list[Pane]:
    names = ("window_start", "facility_id", "pane", "timing", "scans", "late_events")
    return [tuple(row[name] for name in names) for row in rows]


EDGES = st.sampled_from([-US, timedelta(0), US])


@st.composite
def scans(draw: st.DrawFn) -> Scan:
    at = START + timedelta(seconds=draw(st.integers(-60, 11 * 60)))
    end = window_end(at)
    arrival = draw(
        st.one_of(
            st.just(at),
            st.integers(0, 16 * 60).map(lambda seconds: at + timedelta(seconds=seconds)),
            EDGES.map(lambda edge: end + edge),
            EDGES.map(lambda edge: end + ALLOWED + edge),
            EDGES.map(lambda edge: epoch_end(at) + edge),
        )
    )
    return Scan(at, max(arrival, at), draw(st.sampled_from(["MITTE", "POTS"])))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(scans(), min_size=1, max_size=12), st.integers(1, 4))
def test_panes_are_those_that_the_timeline_makes(drawn: list[Scan], ahead: int) -> None:
    found = published(drawn, ahead=ahead)
    panes = panes_of(found["panes"])
    assert len(panes) == len(set(panes))
    assert set(panes) == must_appear(drawn)
    all_at_once = sum_kpis([partial_kpis(place(valid(drawn), ALLOWED_US)["events"])])
    by_key = {(row["window_start"], row["facility_id"]): row for row in found["kpis"]}
    assert by_key == {(row["window_start"], row["facility_id"]): row for row in all_at_once.to_pylist()}


AT = START + 2 * MINUTE
END = START + WINDOW


@pytest.mark.parametrize(
    ("behind_end", "timings"),
    [
        (-US, ["early", "on_time"]),
        (timedelta(0), ["early", "on_time"]),
        (US, ["late"]),
        (ALLOWED - US, ["late"]),
        (ALLOWED, ["late"]),
        (ALLOWED + US, []),
    ],
)
def test_the_edges_are_exact(behind_end: timedelta, timings: list[str]) -> None:
    found = published([Scan(AT, END + behind_end)])
    assert [timing for _, _, _, timing, _, _ in panes_of(found["panes"])] == timings


def test_a_window_is_told_early_on_time_and_late_with_all_that_it_has_so_far() -> None:
    too_late = Scan(AT, END + HOUR)
    found = published([Scan(AT, AT), Scan(AT, END), Scan(AT, END, "POTS"), Scan(AT, END + MINUTE), too_late])
    assert sorted(panes_of(found["panes"])) == [
        (START, "MITTE", 0, "early", 1, 0),
        (START, "MITTE", 1, "early", 2, 0),
        (START, "MITTE", 2, "on_time", 2, 0),
        (START, "MITTE", 3, "late", 3, 1),
        (START, "POTS", 1, "early", 1, 0),
        (START, "POTS", 2, "on_time", 1, 0),
    ]
    assert [(row["facility_id"], row["scans"], row["late_events"]) for row in found["kpis"]] == [
        ("MITTE", 3, 1),
        ("POTS", 1, 0),
    ]


def test_a_pane_shows_what_changed_since_the_last_however_much_came_between() -> None:
    """As on a runner that hands several epochs on at once."""
    one, two = (Scan(AT, END, name) for name in "AB")
    shown = counted([one, two])
    counts = counted([one, two, two, Scan(AT, END + MINUTE, "C")])
    assert pane_rows(counts, shown, "late", 4).column("facility_id").to_pylist() == ["B", "C"]
    assert pane_rows(counts, shown, "on_time", 4).column("facility_id").to_pylist() == ["A", "B", "C"]
    assert pane_rows(counts, None, "early", 0).num_rows == 3


def counted(told: list[Scan]) -> pa.RecordBatch:
    return sum_kpis([partial_kpis(place(valid(told), ALLOWED_US)["events"])])
