"""What the stream of events is counted into, and the dimensions it is joined with."""

from backends.interface import TIMESTAMP, TableSpec
from pipeline.contract.tables.shape import INT, REAL, TEXT, VALIDITY, columns

KPI_5MIN = TableSpec(
    "curated.kpi_5min",
    columns(
        ("window_start", TIMESTAMP),
        ("tenant_id", TEXT),
        ("facility_id", TEXT),
        ("created", INT),
        ("picked_up", INT),
        ("in_transit", INT),
        ("out_for_delivery", INT),
        ("delivered", INT),
        ("exceptions", INT),
        ("scans", INT),
        ("late_events", INT),
    ),
    ("window_start", "tenant_id", "facility_id"),
    "Counts of status changes (by status) and of facility scans in 5-minute tumbling windows of event time, UTC. "
    "`late_events` is how many of the counted came late. Too-late events are not counted.",
)

KPI_5MIN_PANES = TableSpec(
    "curated.kpi_5min_panes",
    columns(
        *[(field.name, field.type) for field in KPI_5MIN.schema],
        ("pane", INT),
        ("timing", TEXT),
    ),
    (*KPI_5MIN.keys, "pane"),
    "How each row of `curated.kpi_5min` came to be, when the pipeline runs as a stream: the counts so far, each time "
    "that a window was published. `timing` is `early` (before the window was complete), `on_time` or `late`; `pane` "
    "counts from 0. Empty when the pipeline ran as a batch.",
)

FACILITY_THROUGHPUT = TableSpec(
    "curated.facility_throughput",
    columns(
        ("window_start", TIMESTAMP),
        ("window_end", TIMESTAMP),
        ("tenant_id", TEXT),
        ("facility_id", TEXT),
        ("arrivals", INT),
        ("departures", INT),
    ),
    ("window_start", "tenant_id", "facility_id"),
    "Facility scans, by kind, in 15-minute windows of event time that start every minute, UTC. Windows without scans "
    "have no row. Too-late events are not counted.",
)

DIM_FACILITY = TableSpec(
    "curated.dim_facility",
    columns(
        ("facility_id", TEXT),
        ("name", TEXT),
        ("kind", TEXT),
        ("timezone", TEXT),
        ("lat", REAL),
        ("lon", REAL),
        ("docks", INT),
        *VALIDITY,
    ),
    ("facility_id", "valid_from"),
    "Facilities as they were from `valid_from` until just before `valid_to`.",
)

DIM_CARRIER = TableSpec(
    "curated.dim_carrier",
    columns(("carrier_code", TEXT), ("name", TEXT), *VALIDITY),
    ("carrier_code", "valid_from"),
    "Carriers as they were from `valid_from` until just before `valid_to`.",
)

DIM_LANE = TableSpec(
    "curated.dim_lane",
    columns(
        ("lane_id", TEXT),
        ("origin_facility_id", TEXT),
        ("destination_facility_id", TEXT),
        ("carrier_code", TEXT),
        ("travel_time_s", REAL),
        *VALIDITY,
    ),
    ("lane_id", "valid_from"),
    "Lanes as they were from `valid_from` until just before `valid_to`.",
)
