"""How BigQuery lays a table out: the day it is partitioned by, and the columns that rows of a day are sorted by.

Questions ask for days and then for types, parcels or places, so those are read and the rest is not. Event time cuts the
tables of events, since marts and people ask when things happened; arrival cuts what may have no event time at all.
Dimensions and tables of a few rows are not cut. BigQuery takes at most four columns to cluster by.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """``day`` is a column with a time or a date, cut into UTC days; ``cluster`` has the most asked column first."""

    day: str | None = None
    cluster: tuple[str, ...] = ()


_BY_PLACE = Layout("window_start", ("tenant_id", "facility_id"))

LAYOUT: dict[str, Layout] = {
    "raw.messages": Layout("ingest_date", ("event_type",)),
    "clean.events": Layout("event_time", ("event_type", "shipment_id", "facility_id")),
    "clean.shipment_status_events": Layout("event_time", ("shipment_id", "facility_id", "status")),
    "clean.rejected": Layout("ingest_time", ("code", "event_type")),
    "clean.too_late": Layout("event_time", ("event_type",)),
    "curated.kpi_5min": _BY_PLACE,
    "curated.kpi_5min_panes": _BY_PLACE,
    "curated.facility_throughput": _BY_PLACE,
    "curated.dim_facility": Layout(cluster=("facility_id",)),
    "curated.dim_carrier": Layout(cluster=("carrier_code",)),
    "curated.dim_lane": Layout(cluster=("lane_id",)),
    "curated.mart_shipments_daily": Layout("created_date", ("tenant_id", "origin_facility_id")),
    "curated.mart_on_time_performance": Layout("delivered_date", ("tenant_id", "facility_id", "carrier_code")),
    "curated.mart_exceptions": Layout("exception_date", ("tenant_id", "facility_id", "reason")),
    "features.driver_behavior_daily": Layout("event_date", ("driver_id",)),
    "ops.duplicates": Layout(cluster=("event_type", "source")),
    "ops.recon_results": Layout("partition_date", ("table_name",)),
}
"""By table; one that is not here is stored as it comes."""
