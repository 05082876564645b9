"""Expected windows, in SQL over truth and ledger: another way than the pipeline's partial sums."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.tables import FACILITY_THROUGHPUT, KPI_5MIN
from sim.ledger import Fate, Ledger
from sim.truth import Truth

_COUNTED = {"status": "shipment.status.changed", "scan": "facility.scan"}


def kpi_5min(truth: Truth, ledger: Ledger) -> pa.Table:
    """``curated.kpi_5min``: status changes and scans by 5-minute window, tenant and facility."""
    return _selected("kpi_5min.sql", truth, ledger.messages).cast(KPI_5MIN.schema)


def on_time_kpis(truth: Truth, ledger: Ledger) -> pa.Table:
    """``curated.kpi_5min`` as it must be at the end of each window: what came later is not counted yet."""
    on_time = ledger.messages.filter(pc.equal(ledger.messages["fate"], Fate.CLEAN.value))
    return _selected("kpi_5min.sql", truth, on_time).cast(KPI_5MIN.schema)


def facility_throughput(truth: Truth, ledger: Ledger) -> pa.Table:
    """``curated.facility_throughput``: scans by sliding window, tenant and facility."""
    return _selected("facility_throughput.sql", truth, ledger.messages).cast(FACILITY_THROUGHPUT.schema)


def _selected(file: str, truth: Truth, messages: pa.Table) -> pa.Table:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("message", messages.select(["event_type", "fact_row", "event_time", "fate"]))
        for name, event_type in _COUNTED.items():
            facts = truth.facts[event_type]
            connection.register(name, facts.append_column("fact_row", pa.array(np.arange(facts.num_rows))))
        select = Path(__file__).with_name(file).read_text(encoding="utf-8")
        return connection.sql(select).to_arrow_table()
