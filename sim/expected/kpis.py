"""Expected ``curated.kpi_5min``, in SQL over truth and ledger: another way than the pipeline's partial sums."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.contract.tables import KPI_5MIN
from sim.ledger import Ledger
from sim.truth import Truth

_SELECT = Path(__file__).with_name("kpi_5min.sql").read_text(encoding="utf-8")
_COUNTED = {"status": "shipment.status.changed", "scan": "facility.scan"}


def kpi_5min(truth: Truth, ledger: Ledger) -> pa.Table:
    """The counts of status changes and scans by window, tenant and facility."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("message", ledger.messages.select(["event_type", "fact_row", "event_time", "fate"]))
        for name, event_type in _COUNTED.items():
            facts = truth.facts[event_type]
            connection.register(name, facts.append_column("fact_row", pa.array(np.arange(facts.num_rows))))
        counted: pa.Table = connection.sql(_SELECT).to_arrow_table()
        return counted.cast(KPI_5MIN.schema)
