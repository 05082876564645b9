"""Who is a copy, and the tables, in Polars: lazy queries over the events that were read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.contract.tables import TABLES
from speed.event_rows import SCAN, STATUS_CHANGED
from speed.job import Job

_ARRIVAL = ("ingest_time", "log_partition", "log_offset")
_PLACE = ["log_partition", "log_offset"]
_STATUSES = ("created", "picked_up", "in_transit", "out_for_delivery", "delivered", "exception")
_SLIDING_MIN = 15


def write_tables(job: Job, events: pl.LazyFrame, refused: pl.DataFrame) -> None:
    """All tables but raw, from events (``EVENT``) and the rejected rows of decode."""
    events = events.with_columns(tenant=pl.col("tenant_id").fill_null(""))
    losers = _losers(events, job)
    firsts = _placed(events.join(losers.lazy(), on=_PLACE, how="anti"), job)
    lost = events.join(losers.lazy(), on=_PLACE)
    in_time = firsts.filter(pl.col("lateness") != "too_late")
    tables = {
        "clean.events": firsts,
        "clean.shipment_status_events": _enriched(firsts.filter(pl.col("event_type") == STATUS_CHANGED), job),
        "clean.too_late": firsts.filter(pl.col("lateness") == "too_late"),
        "clean.rejected": _rejected(lost, refused),
        "ops.duplicates": lost.filter(pl.col("matched_on") != "conflicting_duplicate"),
        "curated.kpi_5min": _kpis(in_time),
        "curated.facility_throughput": _throughput(in_time),
    }
    for name, rows in tables.items():
        Path(job.out, name).mkdir()
        columns = [column for column in TABLES[name].schema.names if column != "reason" or name != "clean.rejected"]
        rows.select(columns).sink_parquet(Path(job.out, name, "part.parquet"), compression="zstd")


def _losers(events: pl.LazyFrame, job: Job) -> pl.DataFrame:
    by_id = _lost(events, ["tenant", "source", "event_id"], "event_id", job)
    changes = events.filter(pl.col("event_type") == STATUS_CHANGED).join(by_id.lazy(), on=_PLACE, how="anti")
    return pl.concat([by_id, _lost(changes, ["tenant", "shipment_id", "status", "event_time"], "status", job)])


def _lost(events: pl.LazyFrame, key: list[str], matched_on: str, job: Job) -> pl.DataFrame:
    """The events that are not first of their key, and which is. A run is shorter than the memory, or this raises."""
    said = pl.struct("event_type", "event_version", "event_time", "content").hash()
    hashed = events.with_columns(key=pl.struct(key).hash(), said=said).select(
        "key", "said", *key, *_PLACE, "ingest_time"
    )
    twice = hashed.group_by("key").len().filter(pl.col("len") > 1)
    few = hashed.join(twice, on="key", how="semi").collect(engine="streaming").sort(_ARRIVAL)
    first = {f"first_{name}": pl.col(name).first().over(key) for name in (*_PLACE, "said", "ingest_time")}
    lost = few.with_columns(**first, at=pl.int_range(pl.len()).over(key)).filter(pl.col("at") > 0)
    apart = (lost["ingest_time"] - lost["first_ingest_time"]).dt.total_microseconds()
    if (apart > job.dedupe_ttl_us).any():
        raise ValueError("the run is longer than the memory of dedupe")
    conflict = (pl.col("said") != pl.col("first_said")) & (pl.lit(matched_on) == "event_id")
    reason = pl.when(conflict).then(pl.lit("conflicting_duplicate")).otherwise(pl.lit(matched_on))
    return lost.select(*_PLACE, *(f"first_{name}" for name in _PLACE), matched_on=reason)


def _placed(events: pl.LazyFrame, job: Job) -> pl.LazyFrame:
    window_end = pl.col("event_time").dt.truncate("5m") + pl.duration(minutes=5)
    behind = (pl.col("ingest_time") - pl.col("window_end")).dt.total_microseconds()
    on_time, late = pl.lit("on_time"), pl.when(behind <= job.allowed_lateness_us).then(pl.lit("late"))
    is_status = pl.col("event_type") == STATUS_CHANGED
    change = (pl.col("tenant"), pl.col("shipment_id"), pl.col("status"), pl.col("event_time").dt.epoch("us"))
    return events.with_columns(window_end=window_end).with_columns(
        lateness=pl.when(behind <= 0).then(on_time).otherwise(late.otherwise(pl.lit("too_late"))),
        too_late_by_s=((behind - job.allowed_lateness_us) / 1e6).round(6),  # its division is not the nearest double
        dedupe_key=pl.when(is_status)
        .then(pl.concat_str(*change, separator=":"))
        .otherwise(pl.concat_str("tenant", "source", "event_id", separator=":")),
    )


def _enriched(changes: pl.LazyFrame, job: Job) -> pl.LazyFrame:
    """Facility and carrier as they were then."""
    return _as_of(
        _as_of(changes, job, "facility", "facility_id", ("name", "kind", "timezone")),
        job,
        "carrier",
        "carrier_code",
        ("name",),
    )


def _as_of(changes: pl.LazyFrame, job: Job, of: str, key: str, columns: tuple[str, ...]) -> pl.LazyFrame:
    named = {f"{of}_{column}": pl.col(column) for column in columns}
    dimension = pl.scan_parquet(Path(job.reference, f"dim_{of}.parquet"))
    dimension = dimension.select(key, "valid_from", "valid_to", **named).sort("valid_from")
    joined = changes.sort("event_time").join_asof(
        dimension, left_on="event_time", right_on="valid_from", by=key, check_sortedness=False
    )
    known = pl.col("valid_from").is_not_null() & (
        pl.col("valid_to").is_null() | (pl.col("event_time") < pl.col("valid_to"))
    )
    at_its_time = {name: pl.when(known).then(name) for name in named}
    return joined.with_columns(**at_its_time, **{f"{of}_known": known}).drop("valid_from", "valid_to")


def _rejected(lost: pl.LazyFrame, refused: pl.DataFrame) -> pl.LazyFrame:
    columns = (*_PLACE, "ingest_time", "body_bytes", "claimed_type", "claimed_tenant")
    conflicts = lost.filter(pl.col("matched_on") == "conflicting_duplicate")
    conflicts = conflicts.select(*columns, stage=pl.lit("dedupe"), code=pl.col("matched_on"))
    rows = pl.concat([refused.lazy().select(*columns, "stage", "code"), conflicts])
    return rows.rename({"claimed_type": "event_type", "claimed_tenant": "tenant_id"})


def _kpis(in_time: pl.LazyFrame) -> pl.LazyFrame:
    counted = in_time.filter(pl.col("event_type").is_in([STATUS_CHANGED, SCAN]))
    window_start = pl.col("window_end") - pl.duration(minutes=5)
    statuses = {
        "exceptions" if value == "exception" else value: (pl.col("status") == value).sum().cast(pl.Int64)
        for value in _STATUSES
    }
    return counted.group_by(window_start.alias("window_start"), pl.col("tenant").alias("tenant_id"), "facility_id").agg(
        **statuses,
        scans=(pl.col("event_type") == SCAN).sum().cast(pl.Int64),
        late_events=(pl.col("lateness") == "late").sum().cast(pl.Int64),
    )


def _throughput(in_time: pl.LazyFrame) -> pl.LazyFrame:
    minute = pl.col("event_time").dt.truncate("1m")
    ways = {f"{way}s": (pl.col("scan_type") == way).sum().cast(pl.Int64) for way in ("arrival", "departure")}
    minutes = (
        in_time.filter(pl.col("event_type") == SCAN)
        .group_by(minute.alias("minute"), pl.col("tenant").alias("tenant_id"), "facility_id")
        .agg(**ways)
    )
    back = pl.LazyFrame({"back": list(range(_SLIDING_MIN))})
    start = pl.col("minute") - pl.duration(minutes=pl.col("back"))
    windows = minutes.join(back, how="cross").with_columns(window_start=start)
    summed = windows.group_by("window_start", "tenant_id", "facility_id").agg(pl.col("arrivals", "departures").sum())
    return summed.with_columns(window_end=pl.col("window_start") + pl.duration(minutes=_SLIDING_MIN))
