"""The back-ends that need nothing but this package, against what every one must do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from conformance_logs import EventLogConformance, ReadingConformance
from conformance_warehouses import WarehouseConformance
from warehouse_rows import WITH_RUNS

from backends.interface import EventLog, Warehouse
from backends.local.data_file import write_files
from backends.local.event_log import LocalEventLog, read_log
from backends.local.raw_archive import RawArchive
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import RAW_MESSAGES
from pipeline.stages.archive import archive


class TestLocalEventLog(EventLogConformance):
    """Files."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], EventLog]:
        return lambda: LocalEventLog(tmp_path / "log", 3)


@pytest.mark.parametrize("place", ["folder", "warehouse"])
class TestRawArchive(ReadingConformance):
    """The files of raw.messages, as they lie or as a manifest lists them."""

    @pytest.fixture
    def log_of(self, tmp_path: Path, place: str) -> Callable[[pa.RecordBatch], tuple[EventLog, pa.RecordBatch]]:
        def made(sent: pa.RecordBatch) -> tuple[EventLog, pa.RecordBatch]:
            with LocalEventLog(tmp_path / "log", 3) as log:
                places = log.append(sent)
            warehouse = LocalWarehouse(tmp_path / "warehouse", [RAW_MESSAGES])
            batches = [archive(batch) for batch in read_log(tmp_path / "log")]
            files = [file for batch in batches for file in write_files(tmp_path / "warehouse", RAW_MESSAGES, batch)]
            warehouse.commit(files)
            folder = tmp_path / "warehouse"
            return RawArchive.opened(folder if place == "warehouse" else folder / "raw" / "messages"), places

        return made


class TestLocalWarehouse(WarehouseConformance):
    """DuckDB over files."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], Warehouse]:
        return lambda: LocalWarehouse(tmp_path / "warehouse", WITH_RUNS)
