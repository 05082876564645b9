"""Tables that people bill and plan by, built from clean tables."""

import pyarrow as pa

from backends.interface import TableSpec
from pipeline.contract.tables.shape import INT, REAL, TEXT, columns

MART_SHIPMENTS_DAILY = TableSpec(
    "curated.mart_shipments_daily",
    columns(
        ("created_date", pa.date32()),
        ("tenant_id", TEXT),
        ("origin_facility_id", TEXT),
        ("service_level", TEXT),
        ("shipments", INT),
        ("delivered", INT),
        ("with_exception", INT),
        ("open", INT),
        ("hours_to_deliver_mean", REAL, "null"),
    ),
    ("created_date", "tenant_id", "origin_facility_id", "service_level"),
    "Shipments by the day they were created (the origin's local day), tenant, origin and service level, and what has "
    "become of them. A shipment created twice counts once, as it was first. `open` is neither delivered nor returned.",
)

MART_ON_TIME_PERFORMANCE = TableSpec(
    "curated.mart_on_time_performance",
    columns(
        ("delivered_date", pa.date32()),
        ("tenant_id", TEXT),
        ("facility_id", TEXT),
        ("carrier_code", TEXT),
        ("service_level", TEXT),
        ("delivered", INT),
        ("on_time", INT),
        ("on_time_rate", REAL),
        ("minutes_late_max", REAL),
    ),
    ("delivered_date", "tenant_id", "facility_id", "carrier_code", "service_level"),
    "Deliveries by the delivering facility's local day. On time is at or before `promised_time`. `minutes_late_max` "
    "is negative when all came early. A delivery whose `shipment.created` event is not known is not counted.",
)

MART_EXCEPTIONS = TableSpec(
    "curated.mart_exceptions",
    columns(
        ("exception_date", pa.date32()),
        ("tenant_id", TEXT),
        ("facility_id", TEXT),
        ("reason", TEXT),
        ("exceptions", INT),
        ("shipments", INT),
    ),
    ("exception_date", "tenant_id", "facility_id", "reason"),
    "Exceptions by the facility's local day and reason; `shipments` counts each shipment once.",
)

DRIVER_BEHAVIOR_DAILY = TableSpec(
    "features.driver_behavior_daily",
    columns(
        ("event_date", pa.date32()),
        ("driver_id", TEXT),
        ("readings", INT),
        ("harsh_brakes", INT),
        ("speed_kmh_max", REAL),
        ("speed_kmh_mean", REAL),
        ("distance_km", REAL),
    ),
    ("event_date", "driver_id"),
    "What a driver's vehicles measured on a UTC day while the driver was at the wheel. `distance_km` is the sum, "
    "by vehicle, of the largest less the smallest odometer reading.",
)
