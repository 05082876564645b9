"""Every message as it came, and what the pipeline made of it: the raw and clean tables."""

import pyarrow as pa

from backends.interface import TIMESTAMP, TableSpec
from pipeline.contract.tables.shape import INT, POSITION, REAL, TEXT, YES_NO, columns

RAW_MESSAGES = TableSpec(
    "raw.messages",
    columns(
        *POSITION,
        ("ingest_time", TIMESTAMP),
        ("key", TEXT),
        ("attributes", TEXT),
        ("body", TEXT, "null"),
        ("body_base64", TEXT, "null"),
        ("event_type", TEXT),
        ("ingest_date", pa.date32()),
    ),
    ("log_partition", "log_offset"),
    "One row for each message received, with its exact bytes: `body`, or `body_base64` where they are not "
    "UTF-8 or larger than 1 MiB. "
    "`attributes` is a JSON object. `event_type` is what the attribute of that name claims, `unknown` if the contract "
    "does not have it. Restricted: the only table with personal data.",
    partition_by=("event_type", "ingest_date"),
    file_format="jsonl.gz",
    restricted=True,
)

EVENTS = TableSpec(
    "clean.events",
    columns(
        ("event_id", TEXT),
        ("event_type", TEXT),
        ("event_version", INT),
        ("event_time", TIMESTAMP),
        ("producer_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("source", TEXT),
        ("trace_id", TEXT, "null"),
        ("tenant_id", TEXT, "null"),
        ("shipment_id", TEXT, "null"),
        ("facility_id", TEXT, "null"),
        ("payload", TEXT),
        ("schema_hash", TEXT),
        ("dedupe_key", TEXT),
        ("lateness", TEXT),
        *POSITION,
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each event, once: however often it came, the first stands here. That is remembered for seven days, or "
    "as long as `--dedupe-ttl` says; an event that comes again later is a first once more and has a row of its own, in "
    "the other clean tables too. `payload` is JSON with tokens in place of personal data. `lateness` is `on_time`, "
    "`late` or `too_late` for the 5-minute window of `event_time`. `schema_hash` changes when a payload has fields "
    "that the contract does not have. `dedupe_key` is tenant, source and event id, or for a status change tenant, "
    "shipment, status and microseconds since 1970, joined by `:`. It is for people to read: the parts may hold a `:` "
    "too, and what is a copy is decided on the parts.",
)

SHIPMENT_STATUS_EVENTS = TableSpec(
    "clean.shipment_status_events",
    columns(
        ("event_id", TEXT),
        ("event_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("source", TEXT),
        ("tenant_id", TEXT, "null"),
        ("shipment_id", TEXT),
        ("status", TEXT),
        ("facility_id", TEXT),
        ("geo_lat", REAL),
        ("geo_lon", REAL),
        ("carrier_code", TEXT),
        ("eta", TIMESTAMP, "null"),
        ("reason", TEXT, "null"),
        ("attempt", INT, "null"),
        ("facility_known", YES_NO),
        ("facility_name", TEXT, "null"),
        ("facility_kind", TEXT, "null"),
        ("facility_timezone", TEXT, "null"),
        ("carrier_known", YES_NO),
        ("carrier_name", TEXT, "null"),
        *POSITION,
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each `shipment.status.changed` event, typed, joined to facility and carrier as they were at "
    "`event_time`. An unknown facility or carrier keeps its row, with `facility_known` or `carrier_known` false.",
)

REJECTED = TableSpec(
    "clean.rejected",
    columns(
        *POSITION,
        ("ingest_time", TIMESTAMP),
        ("event_type", TEXT),
        ("tenant_id", TEXT, "null"),
        ("stage", TEXT),
        ("code", TEXT),
        ("reason", TEXT),
        ("body_bytes", INT),
    ),
    ("log_partition", "log_offset"),
    "One row for each message refused. Type and tenant are what the attributes claim. The original bytes stand in "
    "`raw.messages` at the same position, since they may hold personal data; so could a digest of them tell.",
)

TOO_LATE = TableSpec(
    "clean.too_late",
    columns(
        ("event_id", TEXT),
        ("source", TEXT),
        ("event_type", TEXT),
        ("tenant_id", TEXT, "null"),
        ("event_time", TIMESTAMP),
        ("ingest_time", TIMESTAMP),
        ("window_end", TIMESTAMP),
        ("too_late_by_s", REAL),
        *POSITION,
    ),
    ("tenant_id", "source", "event_id"),
    "One row for each event that came after its 5-minute window's end plus the allowed lateness. The events are in "
    "`clean.events` and in the marts, not in the streaming KPIs.",
)
