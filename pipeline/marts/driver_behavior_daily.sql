-- How each driver drove: features for a model of driver behaviour.
-- Grain:  one row for each event_date (UTC) and driver.
-- Keys:   event_date, driver_id.
-- Inputs: clean.events (vehicle.telemetry).
-- Late data: late and too-late readings are in the input; building the table again counts them on the day they belong to.
WITH readings AS (
  SELECT
    DATE(event_time) AS event_date,
    JSON_VALUE(payload, '$.driver_id') AS driver_id,
    JSON_VALUE(payload, '$.vehicle_id') AS vehicle_id,
    CAST(JSON_VALUE(payload, '$.harsh_brakes') AS INT64) AS harsh_brakes,
    CAST(JSON_VALUE(payload, '$.speed_kmh') AS FLOAT64) AS speed_kmh,
    CAST(JSON_VALUE(payload, '$.odometer_km') AS FLOAT64) AS odometer_km
  FROM clean.events
  WHERE event_type = 'vehicle.telemetry'
),
by_vehicle AS (
  SELECT
    event_date,
    driver_id,
    vehicle_id,
    COUNT(*) AS readings,
    SUM(harsh_brakes) AS harsh_brakes,
    MAX(speed_kmh) AS speed_kmh_max,
    SUM(speed_kmh) AS speed_kmh_sum,
    MAX(odometer_km) - MIN(odometer_km) AS distance_km
  FROM readings
  GROUP BY event_date, driver_id, vehicle_id
)
SELECT
  event_date,
  driver_id,
  CAST(SUM(readings) AS INT64) AS readings,
  CAST(SUM(harsh_brakes) AS INT64) AS harsh_brakes,
  MAX(speed_kmh_max) AS speed_kmh_max,
  SUM(speed_kmh_sum) / SUM(readings) AS speed_kmh_mean,
  SUM(distance_km) AS distance_km
FROM by_vehicle
GROUP BY event_date, driver_id
