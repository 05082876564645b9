"""One suite for the stages of a batch: what each promises its neighbours, however its input comes.

A stage gets no promise about the size or the order of batches, where they begin in a larger one, or how often a bundle
is run. The stages of a stream have the same outputs; what they promise about time is in ``test_panes.py`` and
``test_streaming_dedupe.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from kept import keep, rows_of
from pipeline_messages import HOUR, START, created, driver, event, messages, reference, scan, status, telemetry

from pipeline.build import STAGES, Settings
from pipeline.contract.tables import (
    DUPLICATES,
    FACILITY_THROUGHPUT,
    KPI_5MIN,
    METRICS,
    RAW_MESSAGES,
    REJECTED,
    SHIPMENT_STATUS_EVENTS,
    TOO_LATE,
)
from pipeline.stages.count import Count
from pipeline.stages.decode import decode
from pipeline.stages.measures import MEASURES
from pipeline.stages.rows import PLACED, VALID
from pipeline.stages.windows import place

VALUES = [
    event(created(), "e1"),
    event(status(), "e2"),
    event(status(), "e3"),
    event(status(), "e2"),
    event(status(status="delivered"), "e2"),
    b"{",
    event(status("S2", facility_id="nowhere", carrier_code="unknown"), "e4", at=START + HOUR / 2, tenant_id=None),
    event(scan(), "e5"),
    event(scan("S2", "POTS"), "e6", tenant_id=None),
    b"\xff",
    event(driver(), "e7"),
    event(telemetry(), "e8"),
    event(scan(), "e9", at=START - 9 * HOUR),
    b"[1]",
]
"""A copy, a status told twice, a conflict, what can't be read, unknown keys, no tenant, and what is too late."""
Rows = Mapping[str, list[str]]


class Input(NamedTuple):
    """What each kind of stage is given."""

    messages: pa.RecordBatch
    valid: pa.RecordBatch
    placed: pa.RecordBatch


class Case(NamedTuple):
    """A stage, what it is given, and the schemas of its outputs."""

    stage: Callable[[Settings], Any]
    given: str
    outputs: Mapping[str, pa.Schema]


CASES = {
    "archive": Case(STAGES.archive, "messages", {"raw": RAW_MESSAGES.schema}),
    "decode": Case(STAGES.decode, "messages", {"valid": VALID, "rejected": REJECTED.schema}),
    "tokenise": Case(STAGES.tokenise, "valid", {"valid": VALID}),
    "dedupe": Case(
        STAGES.dedupe, "valid", {"first": VALID, "duplicate": DUPLICATES.schema, "rejected": REJECTED.schema}
    ),
    "windows": Case(STAGES.windows, "valid", {"events": PLACED, "too_late": TOO_LATE.schema}),
    "enrich": Case(
        lambda settings: STAGES.enrich(settings, reference()),
        "placed",
        {"status_events": SHIPMENT_STATUS_EVENTS.schema},
    ),
    "kpis": Case(STAGES.kpis, "placed", {"kpis": KPI_5MIN.schema}),
    "throughput": Case(STAGES.throughput, "placed", {"throughput": FACILITY_THROUGHPUT.schema}),
    "count": Case(lambda _: _CountEvents(), "placed", {"metrics": METRICS.schema}),
}


class _CountEvents(beam.PTransform):
    """The metrics of the events alone; nothing comes out of any other stage."""

    def expand(self, placed: Any) -> Any:
        nothing = placed.pipeline | "Nothing" >> beam.Create([], reshuffle=False)
        outputs = {f"{one.stage} {one.output}": nothing for one in MEASURES}
        return {"metrics": outputs | {"windows events": placed} | Count()}


@pytest.fixture(scope="module")
def given() -> Input:
    """The same messages at each step of their way, without dedupe: more copies for the stages behind it."""
    arrived = messages(VALUES, START + HOUR / 2)
    at = arrived.schema.get_field_index("attributes")
    claims = [("event_type", "facility.scan"), ("other", "x"), ("tenant_id", "acme")]
    attributes = [[*claims[: n % 4], ("n", str(n))] for n in range(len(VALUES))]
    arrived = arrived.set_column(at, arrived.schema.field(at), pa.array(attributes, arrived.schema.field(at).type))
    valid = decode(arrived, 10**9, b"key")["valid"]
    return Input(arrived, valid, place(valid, 3600 * 1_000_000)["events"])


@pytest.fixture
def run_stage(given: Input, settings: Settings, tmp_path: Path) -> Callable[..., Rows]:
    def run(case: Case, size: int, repeat: int = 1, rows: slice = slice(None)) -> Rows:
        batch = getattr(given, case.given)[rows]
        stage = case.stage(replace(settings, staging=tmp_path / f"staging {size} {repeat}"))
        with beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat), options=PipelineOptions([])) as pipeline:
            cut = pipeline | beam.Create([batch]) | beam.FlatMap(_cut, size).with_output_types(pa.RecordBatch)
            made = cut | "Stage" >> stage
            kept = keep({name: made[name] for name in case.outputs})
        for name, schema in case.outputs.items():
            assert all(rows.schema.equals(schema) and rows.validate(full=True) is None for rows in kept[name]), name
        return {name: sorted(map(str, rows_of(batches))) for name, batches in kept.items()}

    return run


def _cut(batch: pa.RecordBatch, size: int) -> Iterator[pa.RecordBatch]:
    """Slices that share the memory of the whole, the last one first."""
    for at in reversed(range(0, max(batch.num_rows, 1), size)):
        yield batch.slice(at, size)


@pytest.mark.parametrize("name", CASES)
def test_rows_do_not_depend_on_how_they_are_cut(run_stage: Callable[..., Rows], name: str) -> None:
    whole = run_stage(CASES[name], 100)
    assert all(whole.values()), "each output has rows, or the test would prove nothing"
    assert run_stage(CASES[name], 3) == run_stage(CASES[name], 1) == whole


@pytest.mark.parametrize("name", CASES)
def test_a_batch_without_rows_is_no_accident(run_stage: Callable[..., Rows], name: str) -> None:
    assert not any(run_stage(CASES[name], 1, rows=slice(0, 0)).values())


@pytest.mark.parametrize("name", CASES)
def test_a_bundle_that_is_run_again_says_the_same(run_stage: Callable[..., Rows], name: str) -> None:
    """The runner takes one of its outputs; here all of them are kept, and are equal."""
    once, again = run_stage(CASES[name], 3), run_stage(CASES[name], 3, repeat=2)
    assert {output: len(rows) for output, rows in again.items()} != {output: len(rows) for output, rows in once.items()}
    assert {output: set(rows) for output, rows in again.items()} == {output: set(rows) for output, rows in once.items()}


def test_every_stage_is_in_the_suite() -> None:
    assert set(vars(STAGES)) <= set(CASES)
