"""Expected ``ops.metrics``: what the pipeline must say that it counted, from the fates of the ledger."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.contract.tables import METRICS
from sim.ledger import Ledger

_SELECT = Path(__file__).with_name("metrics.sql").read_text(encoding="utf-8")


def metrics(ledger: Ledger) -> pa.Table:
    """Messages by stage and outcome, event type and tenant."""
    with duckdb.connect() as connection:
        connection.register("message", ledger.messages.select(["event_type", "tenant_id", "fate", "code"]))
        counted: pa.Table = connection.sql(_SELECT).to_arrow_table()
        return counted.cast(METRICS.schema)
