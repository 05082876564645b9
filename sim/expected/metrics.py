"""Expected ``ops.metrics`` and ``ops.health``: what the pipeline must say that it counted, from fates in the ledger."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.contract.tables import HEALTH, METRICS
from sim.ledger import Ledger

_SELECTS = {name: Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8") for name in ("metrics", "health")}
_COLUMNS = ["event_type", "tenant_id", "partition", "ingest_time", "event_time", "fate", "code", "matched_on"]


def metrics(ledger: Ledger) -> pa.Table:
    """Messages by stage and outcome, event type, tenant and what tells outcomes apart."""
    return _selected("metrics", ledger).cast(METRICS.schema)


def health(ledger: Ledger) -> pa.Table:
    """Shares of copies, rejections and late events, percentiles of the lag, and the skew of the log's partitions."""
    return _selected("health", ledger).cast(HEALTH.schema)


def _selected(name: str, ledger: Ledger) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("message", ledger.messages.select(_COLUMNS))
        selected: pa.Table = connection.sql(_SELECTS[name]).to_arrow_table()
        return selected
