"""A log in, a warehouse out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_messages import HOUR_US, RING, Process, appended, event, reference, scan

from backends.local.event_log import LocalEventLog
from backends.local.warehouse import LocalWarehouse
from pipeline.build import STAGES, Settings, Stages, run
from pipeline.contract.tables import TABLES


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        RING,
        allowed_lateness_us=HOUR_US,
        future_tolerance_us=60 * 1_000_000,
        dedupe_ttl_us=7 * 24 * HOUR_US,
        staging=tmp_path / "staging",
    )


@pytest.fixture
def process(tmp_path: Path, settings: Settings) -> Process:
    """Runs the pipeline over messages: bytes, or batches as they are appended."""

    def run_over(
        messages: Sequence[bytes | pa.RecordBatch], stages: Stages = STAGES, name: str = "run"
    ) -> LocalWarehouse:
        folder = tmp_path / name
        with LocalEventLog(folder / "log", 2) as log:
            for batch in messages:
                log.append(appended([batch]) if isinstance(batch, bytes) else batch)
        warehouse = LocalWarehouse(folder / "warehouse", list(TABLES.values()))
        run(LocalEventLog(folder / "log", 2), warehouse, reference(), settings, stages)
        return warehouse

    return run_over


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(scan())]))
    (tmp_path / "reference").mkdir()
    for name, table in reference().items():
        pq.write_table(table, tmp_path / "reference" / f"{name}.parquet")
    folders = [f"--{name}={tmp_path / name}" for name in ("log", "warehouse", "reference")]
    return ["run", *folders]


@pytest.fixture
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)
