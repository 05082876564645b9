"""The tables: columns, keys and what a row stands for. The only definition of what the warehouse holds."""

from backends.interface import TableSpec
from pipeline.contract.tables.clean import EVENTS, RAW_MESSAGES, REJECTED, SHIPMENT_STATUS_EVENTS, TOO_LATE
from pipeline.contract.tables.curated import (
    DIM_CARRIER,
    DIM_FACILITY,
    DIM_LANE,
    FACILITY_THROUGHPUT,
    KPI_5MIN,
    KPI_5MIN_PANES,
)
from pipeline.contract.tables.marts import (
    DRIVER_BEHAVIOR_DAILY,
    MART_EXCEPTIONS,
    MART_ON_TIME_PERFORMANCE,
    MART_SHIPMENTS_DAILY,
)
from pipeline.contract.tables.ops import DUPLICATES, HEALTH, METRICS, RECON_RESULTS, RUNS

DIMENSIONS = (DIM_FACILITY, DIM_CARRIER, DIM_LANE)
"""Tables that a run is given, and hands on as they are."""

STREAMED = (
    RAW_MESSAGES,
    EVENTS,
    SHIPMENT_STATUS_EVENTS,
    REJECTED,
    TOO_LATE,
    KPI_5MIN,
    KPI_5MIN_PANES,
    FACILITY_THROUGHPUT,
    *DIMENSIONS,
    DUPLICATES,
    METRICS,
)
"""Tables that the Beam pipeline writes, all in one commit."""

MARTS = (MART_SHIPMENTS_DAILY, MART_ON_TIME_PERFORMANCE, MART_EXCEPTIONS, DRIVER_BEHAVIOR_DAILY, HEALTH)
"""Tables built from other tables, one SELECT each, in ``pipeline/marts/<table>.sql``."""

OPERATED = (RUNS, RECON_RESULTS)
"""What the commands write about themselves."""

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (*STREAMED, *MARTS, *OPERATED)}

__all__ = [
    "DIMENSIONS",
    "DIM_CARRIER",
    "DIM_FACILITY",
    "DIM_LANE",
    "DRIVER_BEHAVIOR_DAILY",
    "DUPLICATES",
    "EVENTS",
    "FACILITY_THROUGHPUT",
    "HEALTH",
    "KPI_5MIN",
    "KPI_5MIN_PANES",
    "MARTS",
    "MART_EXCEPTIONS",
    "MART_ON_TIME_PERFORMANCE",
    "MART_SHIPMENTS_DAILY",
    "METRICS",
    "OPERATED",
    "RAW_MESSAGES",
    "RECON_RESULTS",
    "REJECTED",
    "RUNS",
    "SHIPMENT_STATUS_EVENTS",
    "STREAMED",
    "TABLES",
    "TOO_LATE",
]
