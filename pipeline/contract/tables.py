"""The tables: columns, keys and what a row stands for. The only definition of what the warehouse holds."""

import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec


def _columns(*fields: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=bool(rest)) for name, kind, *rest in fields])


_TEXT = pa.string()
_INT = pa.int64()
_REAL = pa.float64()
_YES_NO = pa.bool_()
_POSITION = (("log_partition", pa.int32()), ("log_offset", _INT))

RAW_MESSAGES = TableSpec(
    "raw.messages",
    _columns(
        *_POSITION,
        ("ingest_time", TIMESTAMP),
        ("key", _TEXT),
        ("attributes", _TEXT),
        ("body", _TEXT, "null"),
        ("body_base64", _TEXT, "null"),
        ("event_type", _TEXT),
        ("ingest_date", pa.date32()),
    ),
    ("log_partition", "log_offset"),
    "One row for each message received, with its exact bytes: `body`, or `body_base64` where they are not "
    "UTF-8 or larger than 1 MiB. "
    "`attributes` is a JSON object. `event_type` is what the attribute of that name claims, `unknown` if the contract "
    "does not have it. Restricted: the only table with personal data.",
    partition_by=("event_type", "ingest_date"),
    file_format="jsonl.gz",
)

EVENTS = TableSpec(
    "clean.events",
    _columns(
        ("event_id", _TEXT),
        ("event_type", _TEXT),
        ("event_version", _INT),
        ("event_time", TIMESTAMP),
        ("producer_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("source", _TEXT),
        ("trace_id", _TEXT, "null"),
        ("tenant_id", _TEXT, "null"),
        ("shipment_id", _TEXT, "null"),
        ("facility_id", _TEXT, "null"),
        ("payload", _TEXT),
        ("schema_hash", _TEXT),
        ("dedupe_key", _TEXT),
        ("lateness", _TEXT),
        *_POSITION,
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each event, once. `payload` is JSON with tokens in place of personal data. `lateness` is `on_time`, "
    "`late` or `too_late` for the 5-minute window of `event_time`. `schema_hash` changes when a payload has fields "
    "that the contract does not have. `dedupe_key` is tenant, source and event id, or for a status change tenant, "
    "shipment, status and microseconds since 1970, joined by `:`. It is for people to read: the parts may hold a `:` "
    "too, and what is a copy is decided on the parts.",
)

SHIPMENT_STATUS_EVENTS = TableSpec(
    "clean.shipment_status_events",
    _columns(
        ("event_id", _TEXT),
        ("event_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("source", _TEXT),
        ("tenant_id", _TEXT, "null"),
        ("shipment_id", _TEXT),
        ("status", _TEXT),
        ("facility_id", _TEXT),
        ("geo_lat", _REAL),
        ("geo_lon", _REAL),
        ("carrier_code", _TEXT),
        ("eta", TIMESTAMP, "null"),
        ("reason", _TEXT, "null"),
        ("attempt", _INT, "null"),
        ("facility_known", _YES_NO),
        ("facility_name", _TEXT, "null"),
        ("facility_kind", _TEXT, "null"),
        ("facility_timezone", _TEXT, "null"),
        ("carrier_known", _YES_NO),
        ("carrier_name", _TEXT, "null"),
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each `shipment.status.changed` event, typed, joined to facility and carrier as they were at "
    "`event_time`. An unknown facility or carrier keeps its row, with `facility_known` or `carrier_known` false.",
)

REJECTED = TableSpec(
    "clean.rejected",
    _columns(
        *_POSITION,
        ("ingest_time", TIMESTAMP),
        ("event_type", _TEXT),
        ("tenant_id", _TEXT, "null"),
        ("stage", _TEXT),
        ("code", _TEXT),
        ("reason", _TEXT),
        ("body_bytes", _INT),
    ),
    ("log_partition", "log_offset"),
    "One row for each message refused. Type and tenant are what the attributes claim. The original bytes stand in "
    "`raw.messages` at the same position, since they may hold personal data; so could a digest of them tell.",
)

TOO_LATE = TableSpec(
    "clean.too_late",
    _columns(
        ("event_id", _TEXT),
        ("source", _TEXT),
        ("event_type", _TEXT),
        ("tenant_id", _TEXT, "null"),
        ("event_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("window_end", TIMESTAMP),
        ("too_late_by_s", _REAL),
        *_POSITION,
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each event that came after its 5-minute window's end plus the allowed lateness. The events are in "
    "`clean.events` and in the marts, not in the streaming KPIs.",
)

KPI_5MIN = TableSpec(
    "curated.kpi_5min",
    _columns(
        ("window_start", TIMESTAMP),
        ("tenant_id", _TEXT),
        ("facility_id", _TEXT),
        ("created", _INT),
        ("picked_up", _INT),
        ("in_transit", _INT),
        ("out_for_delivery", _INT),
        ("delivered", _INT),
        ("exceptions", _INT),
        ("scans", _INT),
        ("late_events", _INT),
    ),
    ("window_start", "tenant_id", "facility_id"),
    "Counts of status changes (by status) and of facility scans in 5-minute tumbling windows of event time, UTC. "
    "`late_events` is how many of the counted came late. Too-late events are not counted.",
)

_VALIDITY = (("valid_from", TIMESTAMP), ("valid_to", TIMESTAMP, "null"))

DIM_FACILITY = TableSpec(
    "curated.dim_facility",
    _columns(
        ("facility_id", _TEXT),
        ("name", _TEXT),
        ("kind", _TEXT),
        ("timezone", _TEXT),
        ("lat", _REAL),
        ("lon", _REAL),
        ("docks", _INT),
        *_VALIDITY,
    ),
    ("facility_id", "valid_from"),
    "Facilities as they were from `valid_from` until just before `valid_to`.",
)
DIM_CARRIER = TableSpec(
    "curated.dim_carrier",
    _columns(("carrier_code", _TEXT), ("name", _TEXT), *_VALIDITY),
    ("carrier_code", "valid_from"),
    "Carriers as they were from `valid_from` until just before `valid_to`.",
)
DIM_LANE = TableSpec(
    "curated.dim_lane",
    _columns(
        ("lane_id", _TEXT),
        ("origin_facility_id", _TEXT),
        ("destination_facility_id", _TEXT),
        ("carrier_code", _TEXT),
        ("travel_time_s", _REAL),
        *_VALIDITY,
    ),
    ("lane_id", "valid_from"),
    "Lanes as they were from `valid_from` until just before `valid_to`.",
)

DUPLICATES = TableSpec(
    "ops.duplicates",
    _columns(
        *_POSITION,
        ("event_type", _TEXT),
        ("tenant_id", _TEXT, "null"),
        ("source", _TEXT),
        ("event_id", _TEXT),
        ("matched_on", _TEXT),
        ("first_log_partition", pa.int32()),
        ("first_log_offset", _INT),
    ),
    ("log_partition", "log_offset"),
    "One row for each message dropped as a copy, the key that matched (`event_id` or `status`), and the place of "
    "the first message with that key.",
)
METRICS = TableSpec(
    "ops.metrics",
    _columns(
        ("stage", _TEXT),
        ("metric", _TEXT),
        ("event_type", _TEXT),
        ("tenant_id", _TEXT),
        ("value", _REAL),
    ),
    ("stage", "metric", "event_type", "tenant_id"),
    "What the pipeline counted about itself: messages by stage and outcome. A missing tenant is an empty string.",
)

MART_SHIPMENTS_DAILY = TableSpec(
    "curated.mart_shipments_daily",
    _columns(
        ("created_date", pa.date32()),
        ("tenant_id", _TEXT),
        ("origin_facility_id", _TEXT),
        ("service_level", _TEXT),
        ("shipments", _INT),
        ("delivered", _INT),
        ("with_exception", _INT),
        ("open", _INT),
        ("hours_to_deliver_mean", _REAL, "null"),
    ),
    ("created_date", "tenant_id", "origin_facility_id", "service_level"),
    "Shipments by the day they were created (the origin's local day), tenant, origin and service level, and what has "
    "become of them. A shipment created twice counts once, as it was first. `open` is neither delivered nor returned.",
)
MART_ON_TIME_PERFORMANCE = TableSpec(
    "curated.mart_on_time_performance",
    _columns(
        ("delivered_date", pa.date32()),
        ("tenant_id", _TEXT),
        ("facility_id", _TEXT),
        ("carrier_code", _TEXT),
        ("service_level", _TEXT),
        ("delivered", _INT),
        ("on_time", _INT),
        ("on_time_rate", _REAL),
        ("minutes_late_max", _REAL),
    ),
    ("delivered_date", "tenant_id", "facility_id", "carrier_code", "service_level"),
    "Deliveries by the delivering facility's local day. On time is at or before `promised_time`. `minutes_late_max` "
    "is negative when all came early. A delivery whose `shipment.created` event is not known is not counted.",
)
MART_EXCEPTIONS = TableSpec(
    "curated.mart_exceptions",
    _columns(
        ("exception_date", pa.date32()),
        ("tenant_id", _TEXT),
        ("facility_id", _TEXT),
        ("reason", _TEXT),
        ("exceptions", _INT),
        ("shipments", _INT),
    ),
    ("exception_date", "tenant_id", "facility_id", "reason"),
    "Exceptions by the facility's local day and reason; `shipments` counts each shipment once.",
)
DRIVER_BEHAVIOR_DAILY = TableSpec(
    "features.driver_behavior_daily",
    _columns(
        ("event_date", pa.date32()),
        ("driver_id", _TEXT),
        ("readings", _INT),
        ("harsh_brakes", _INT),
        ("speed_kmh_max", _REAL),
        ("speed_kmh_mean", _REAL),
        ("distance_km", _REAL),
    ),
    ("event_date", "driver_id"),
    "What a driver's vehicles measured on a UTC day while the driver was at the wheel. `distance_km` is the sum, "
    "by vehicle, of the largest less the smallest odometer reading.",
)

DIMENSIONS = (DIM_FACILITY, DIM_CARRIER, DIM_LANE)
"""Tables that a run is given, and hands on as they are."""

STREAMED = (
    RAW_MESSAGES,
    EVENTS,
    SHIPMENT_STATUS_EVENTS,
    REJECTED,
    TOO_LATE,
    KPI_5MIN,
    *DIMENSIONS,
    DUPLICATES,
    METRICS,
)
"""Tables that the Beam pipeline writes, all in one commit."""

MARTS = (MART_SHIPMENTS_DAILY, MART_ON_TIME_PERFORMANCE, MART_EXCEPTIONS, DRIVER_BEHAVIOR_DAILY)
"""Tables built from clean tables, one SELECT each, in ``pipeline/marts/<table>.sql``."""

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (*STREAMED, *MARTS)}
