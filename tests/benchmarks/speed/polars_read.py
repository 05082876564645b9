"""Messages to events in Polars: columns for what is plainly sound, and Python for all that is not.

Polars decodes JSON into a schema given to it, and then does not say what a value's type had been, nor which names it
skipped. So an event is plain where every field passes its rule and the message has as many names as fields were found;
any other message is read again, one by one, by ``one_message``.
"""

from __future__ import annotations

import json

import polars as pl

from speed import event_rows
from speed.one_message import Refused, Row, instant_us, read, schema_hash, token
from speed.rules import ENVELOPE, PAYLOADS, PERSONAL, Instant, Number, Object, OneOf, Rule, Text, is_optional

_TIME = pl.Datetime("us", "UTC")
_PLACE = pl.Struct({"lat": pl.String, "lon": pl.String})
_PAYLOAD = {name: rule for rules in PAYLOADS.values() for name, rule in rules.items()}
_DECODED = pl.Struct(
    {name: pl.String for name in ENVELOPE if name != "payload"}
    | {
        "payload": pl.Struct(
            {name: _PLACE if isinstance(rule, Object) else pl.String for name, rule in _PAYLOAD.items()}
        )
    }
)
CHANGE = {
    "status": pl.String,
    "geo_lat": pl.Float64,
    "geo_lon": pl.Float64,
    "carrier_code": pl.String,
    "eta": _TIME,
    "reason": pl.String,
    "attempt": pl.Int64,
}
"""What only status changes have."""
EVENT = {
    "log_partition": pl.Int32,
    "log_offset": pl.Int64,
    "ingest_time": _TIME,
    "body_bytes": pl.Int64,
    "claimed_type": pl.String,
    "claimed_tenant": pl.String,
    "event_id": pl.String,
    "event_type": pl.String,
    "event_version": pl.Int64,
    "event_time": _TIME,
    "producer_time": _TIME,
    "source": pl.String,
    "trace_id": pl.String,
    "tenant_id": pl.String,
    "shipment_id": pl.String,
    "facility_id": pl.String,
    "payload": pl.String,
    "schema_hash": pl.String,
    "content": pl.String,
    "scan_type": pl.String,
    **CHANGE,
}
"""An event, before it is known whether it is a copy. ``content`` is what may not differ between two copies."""


def read_messages(messages: pl.DataFrame, future_tolerance_us: int) -> tuple[pl.DataFrame, list[Row]]:
    """Events (``EVENT``) and rows of ``clean.rejected``, each message in one of them.

    ``body`` is the text of those messages that are not too large and in UTF-8.
    """
    bodies = messages.with_row_index("row")
    is_object = pl.col("body").str.json_path_match("$").str.starts_with("{")
    decoded = _decoded(bodies.filter(is_object))
    plain = [_plain(decoded, kind, future_tolerance_us) for kind in PAYLOADS]
    rows = pl.concat([part.select("row") for part in plain])
    events, rejected = _one_by_one(bodies.join(rows, on="row", how="anti"), future_tolerance_us)
    return pl.concat([*(part.select(*EVENT) for part in plain), events]), rejected


def _decoded(sound: pl.DataFrame) -> pl.DataFrame:
    """The messages with the columns of the envelope; none if one of them has an object where text must be."""
    decode = pl.col("body").str.json_decode(_DECODED).struct.unnest()
    try:
        return sound.with_columns(decode)
    except pl.exceptions.ComputeError:
        return sound.head(0).with_columns(decode)


def _plain(decoded: pl.DataFrame, kind: tuple[str, int], future_tolerance_us: int) -> pl.DataFrame:
    """The events of one type and version that nothing is odd about, as ``EVENT`` and a few columns more."""
    event_type, version = kind
    part = decoded.filter(pl.col("event_type") == event_type, pl.col("event_version") == str(version))
    envelope = [(pl.col(name), rule, is_optional(name, "")) for name, rule in ENVELOPE.items() if name != "payload"]
    payload = [(_of(name), rule, is_optional(name, event_type)) for name, rule in PAYLOADS[kind].items()]
    passes = [_passes(*field) for field in (*envelope, *payload)]
    found = pl.sum_horizontal(*(column.is_not_null() for column, _, _ in (*envelope, *payload))) + 1
    inner = sum(len(rule.fields) for _, rule, _ in payload if isinstance(rule, Object))
    as_many = pl.col("body").str.count_matches('":', literal=True) == found + inner
    in_time = _instant(pl.col("event_time")) <= pl.col("ingest_time") + pl.duration(microseconds=future_tolerance_us)
    return _events(part.filter(*passes, as_many, in_time), kind)


def _of(name: str) -> pl.Expr:
    return pl.col("payload").struct.field(name)


def _instant(text: pl.Expr) -> pl.Expr:
    return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False, time_unit="us").dt.replace_time_zone("UTC")


def _passes(column: pl.Expr, rule: Rule, optional: bool) -> pl.Expr:
    passes = _check(column, rule).fill_null(False)
    return passes | column.is_null() if optional else passes


def _check(column: pl.Expr, rule: Rule) -> pl.Expr:
    match rule:
        case Text(shortest, longest):  # what reads as a number may have been one
            is_text = column.cast(pl.Float64, strict=False).is_null()
            return column.str.len_chars().is_between(shortest, longest) & is_text
        case Number(low, high, whole):
            return column.cast(pl.Int64 if whole else pl.Float64, strict=False).is_between(low, high)
        case OneOf(choices):
            return column.is_in(choices)
        case Instant():
            return _instant(column).is_not_null()
        case Object(fields):
            return pl.all_horizontal(*(_check(column.struct.field(name), inner) for name, inner in fields))


def _events(plain: pl.DataFrame, kind: tuple[str, int]) -> pl.DataFrame:
    event_type, version = kind
    fields = PAYLOADS[kind]
    is_status = event_type == event_rows.STATUS_CHANGED
    change = {name: _of(name).cast(pl.String) for name in ("status", "carrier_code", "reason")} | {
        "geo_lat": _of("geo").struct.field("lat").cast(pl.Float64),
        "geo_lon": _of("geo").struct.field("lon").cast(pl.Float64),
        "eta": _instant(_of("eta")),
        "attempt": _of("attempt").cast(pl.Int64),
    }
    nothing = {name: pl.lit(None, kind) for name, kind in CHANGE.items()}
    return plain.with_columns(
        event_version=pl.lit(version, pl.Int64),
        event_time=_instant(pl.col("event_time")),
        producer_time=_instant(pl.col("producer_time")),
        schema_hash=pl.lit(schema_hash(kind, {})),
        **{name: _of(name) for name in ("shipment_id", "facility_id")},
        scan_type=_of("scan_type") if "scan_type" in fields else pl.lit(None, pl.String),
        **(change if is_status else nothing),
        payload=_tokenised(kind) if event_type in PERSONAL else pl.col("body").str.json_path_match("$.payload"),
    ).with_columns(content=pl.col("payload"))


def _tokenised(kind: tuple[str, int]) -> pl.Expr:
    """The payload as JSON with tokens, which Polars can't make: a call of Python for each value."""
    personal = PERSONAL[kind[0]]
    fields = []
    for name, rule in PAYLOADS[kind].items():
        column = _of(name).cast(pl.Float64) if isinstance(rule, Number) else _of(name)
        if name in personal:
            column = _tokens(column, personal[name])
        fields.append(column.alias(name))
    with_nulls = pl.struct(fields).struct.json_encode()  # inside of a text, a quote would come with a backslash
    return with_nulls.str.replace_all(r',"\w+":null', "")


def _tokens(column: pl.Expr, what: str) -> pl.Expr:
    value = pl.struct(tenant_id=pl.col("tenant_id"), value=column)
    return value.map_elements(lambda row: token(row["tenant_id"], what, row["value"]), pl.String)


def _one_by_one(odd: pl.DataFrame, future_tolerance_us: int) -> tuple[pl.DataFrame, list[Row]]:
    events, rejected = [], []
    times = odd["ingest_time"].dt.epoch("us").to_list()
    for row, ingest_time in zip(odd.iter_rows(named=True), times, strict=True):
        try:
            events.append(_event(read(row | {"ingest_time": ingest_time}, future_tolerance_us), row))
        except Refused as refused:
            rejected.append({name: row[name] for name in list(EVENT)[:6]} | {"stage": "decode", "code": str(refused)})
    us = {name: pl.Int64 if kind == _TIME else kind for name, kind in EVENT.items()}
    typed = pl.from_dicts(events, us) if events else pl.DataFrame(schema=us)
    return typed.cast(EVENT), rejected


def _event(event: Row, message: Row) -> Row:
    received = event["received"]
    geo, eta = received.get("geo") or {}, received.get("eta")
    more = {name: message[name] for name in ("body_bytes", "claimed_type", "claimed_tenant")}
    more |= {"content": json.dumps(received), "scan_type": received.get("scan_type")}
    if event["event_type"] == event_rows.STATUS_CHANGED:
        more |= {name: received.get(name) for name in ("status", "carrier_code", "reason", "attempt")}
        more |= {"geo_lat": geo["lat"], "geo_lon": geo["lon"], "eta": eta and instant_us(eta)}
    return {name: (event | more).get(name) for name in EVENT}
