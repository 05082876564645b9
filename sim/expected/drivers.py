"""Expected ``features.driver_behavior_daily``, in Arrow: what vehicles measured while a driver was at the wheel."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.tables import DRIVER_BEHAVIOR_DAILY


def driver_behavior_daily(telemetry: pa.Table) -> pa.Table:
    """One row for each UTC day and driver, from kept ``vehicle.telemetry`` events."""
    dated = telemetry.append_column("event_date", telemetry["event_time"].cast(pa.timestamp("us")).cast(pa.date32()))
    by_driver = dated.group_by(["event_date", "driver_id"]).aggregate(
        [("speed_kmh", "count"), ("harsh_brakes", "sum"), ("speed_kmh", "max"), ("speed_kmh", "mean")]
    )
    by_vehicle = dated.group_by(["event_date", "driver_id", "vehicle_id"]).aggregate(
        [("odometer_km", "max"), ("odometer_km", "min")]
    )
    driven = pc.subtract(by_vehicle["odometer_km_max"], by_vehicle["odometer_km_min"])
    distances = (
        by_vehicle.append_column("distance_km", driven)
        .group_by(["event_date", "driver_id"])
        .aggregate([("distance_km", "sum")])
    )
    renamed = by_driver.join(distances, ["event_date", "driver_id"]).rename_columns(
        {
            "speed_kmh_count": "readings",
            "harsh_brakes_sum": "harsh_brakes",
            "distance_km_sum": "distance_km",
        }
    )
    return renamed.select(DRIVER_BEHAVIOR_DAILY.schema.names).cast(DRIVER_BEHAVIOR_DAILY.schema)
