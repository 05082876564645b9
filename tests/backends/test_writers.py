"""Files are written by threads, behind the stages: what goes wrong there comes out, and nothing of it stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.window import IntervalWindow
from apache_beam.utils.timestamp import Timestamp
from warehouse_rows import PARCELS, WITH_RUNS, ids, parcels

from backends import fail_points
from backends.interface import BackendError, TableSpec
from backends.local import sink
from backends.local.data_file import DataFile, write_files
from backends.local.warehouse import LocalWarehouse
from backends.local.writers import ROOM, begin, outcome
from backends.stage_failed import StageFailed
from backends.stage_work import stage_seconds


def written(warehouse: LocalWarehouse, *batches: pa.RecordBatch, then: beam.PTransform | None = None):
    """Batches through the sink, in one bundle; ``then`` is what else is done with them. Gives Beam's result."""
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    rows = pipeline | beam.Create(batches, reshuffle=False)
    {"clean.parcels": rows} | warehouse.sink()
    if then:
        rows | then
    result = pipeline.run()
    result.wait_until_finish()
    return result


@pytest.mark.parametrize(
    ("error", "told"),
    [(ValueError("Linda Finch"), StageFailed), (OSError(28, "full"), BackendError), (KeyboardInterrupt(), None)],
)
def test_an_error_comes_out_as_that_of_its_stage_and_gives_its_room_back(
    error: BaseException, told: type[BaseException] | None
) -> None:
    def fail() -> None:
        raise error

    for _ in range(2 * ROOM):
        with pytest.raises(told or type(error)) as failure:
            outcome(begin("write names", fail))
        assert "Linda" not in str(failure.value)
        assert told is None or "write names" in str(failure.value)


def test_who_brings_too_much_waits_for_room() -> None:
    go_on = threading.Event()
    under_way = [begin("slow", go_on.wait) for _ in range(ROOM)]
    one_more = threading.Thread(target=lambda: under_way.append(begin("slow", go_on.wait)))
    one_more.start()
    one_more.join(0.1)
    assert one_more.is_alive()
    go_on.set()
    one_more.join(10)
    assert [outcome(one) for one in under_way] == [True] * (ROOM + 1)


def test_no_file_of_a_bundle_that_failed_enters(tmp_path: Path) -> None:
    warehouse = LocalWarehouse(tmp_path, WITH_RUNS)
    with fail_points.armed("file.before_rename:error@2"), pytest.raises(BackendError, match="No space left on device"):
        written(warehouse, parcels(0), parcels(3), parcels(6))
    assert ids(warehouse) == []
    written(warehouse, parcels(0), parcels(6))
    assert ids(warehouse) == [0, 1, 2, 6, 7, 8]


def test_after_a_failure_elsewhere_nobody_writes_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = [], []

    def slowly(folder: Path, spec: TableSpec, batch: pa.RecordBatch) -> Iterator[DataFile]:
        begun.append(batch)
        sleep(0.2)
        done.append(batch)
        return write_files(folder, spec, batch)

    def fail(batch: pa.RecordBatch) -> None:
        if batch.column("id")[0].as_py() == 3:
            raise ValueError("broken")

    monkeypatch.setattr(sink, "write_files", slowly)
    with pytest.raises(Exception, match="broken"):
        written(LocalWarehouse(tmp_path, WITH_RUNS), parcels(0), parcels(3), then=beam.Map(fail))
    assert begun
    assert len(done) == len(begun)


def test_a_file_stands_where_its_batch_stood_in_time(tmp_path: Path) -> None:
    write = sink._Write(tmp_path, PARCELS)
    write.setup()
    write.start_bundle()
    places = [(Timestamp(n), IntervalWindow(n, n + 1)) for n in range(3)]
    files = [file for n, place in enumerate(places) for file in write.process(parcels(10 * n), *place)] + list(
        write.finish_bundle()
    )
    assert [(file.timestamp, file.windows[0]) for file in files] == places
    assert len({file.value for file in files}) == 3


def test_beam_counts_the_time_of_writing(tmp_path: Path) -> None:
    before = stage_seconds()
    result = written(LocalWarehouse(tmp_path, WITH_RUNS), parcels(0), parcels(3))
    found = result.metrics().query(beam.metrics.MetricsFilter().with_name("work_us"))["counters"]
    counted = {one.key.metric.namespace: one.committed / 1e6 for one in found}
    for stage in ("write clean.parcels", "wait for files"):
        assert counted[stage] == pytest.approx(stage_seconds(before)[stage], abs=10e-6)
