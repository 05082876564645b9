"""One message at a time in plain Python: from bytes to a dict, or to the code why there is none. Avro is left out."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from speed.job import EVENT_TYPE_NAMES, KEY_ID, SECRET
from speed.rules import ENVELOPE, PAYLOADS, PERSONAL, Rule, is_optional

_BYTES_MAX = 1024 * 1024
_DEPTH_MAX = 32
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


class Refused(Exception):
    """A message that is no event; its argument is the code."""


def instant_us(text: str) -> int:
    """Microseconds since 1970."""
    return (datetime.fromisoformat(text) - _1970) // timedelta(microseconds=1)


def read(message: Row, future_tolerance_us: int) -> Row:
    """The event in a message of the log, with tokens in its payload. Raises Refused with a code."""
    received = _parsed(message["value"])
    _check(received, ENVELOPE, "")
    kind = received["event_type"], received["event_version"]
    if kind[0] not in EVENT_TYPE_NAMES:
        raise Refused("unknown_type")
    if kind not in PAYLOADS:
        raise Refused("unsupported_version")
    payload = received["payload"]
    _check(payload, PAYLOADS[kind], kind[0])
    event = {name: received.get(name) for name in ENVELOPE}
    event |= {name: instant_us(received[name]) for name in ("event_time", "producer_time")}
    if event["event_time"] > message["ingest_time"] + future_tolerance_us:
        raise Refused("event_from_future")
    event |= {name: message[name] for name in ("ingest_time", "log_partition", "log_offset")}
    event["received"] = payload
    event["payload"] = _tokenised(payload, kind, received.get("tenant_id"))
    event["schema_hash"] = schema_hash(kind, payload)
    event |= {name: payload.get(name) for name in ("shipment_id", "facility_id")}
    return event


def _parsed(value: bytes) -> Any:
    if len(value) > _BYTES_MAX:
        raise Refused("too_large")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise Refused("bad_encoding") from None
    try:
        root = json.loads(text, object_pairs_hook=_without_repeated, parse_constant=_no_constant)
        if "\\u" in text:  # a lone surrogate can't be encoded
            json.dumps(root, ensure_ascii=False).encode()
    except ValueError:
        raise Refused("bad_json") from None
    if text.count("[") + text.count("{") > _DEPTH_MAX and _depth(root) > _DEPTH_MAX:
        raise Refused("too_deep")
    return root


def _without_repeated(pairs: list[tuple[str, Any]]) -> Row:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name comes twice")
    return fields


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN or an infinity")


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _check(fields: Any, rules: Mapping[str, Rule], event_type: str) -> None:
    if not isinstance(fields, dict):
        raise Refused("wrong_type")
    for name in rules:
        if name not in fields and not is_optional(name, event_type):
            raise Refused("missing_field")
    for name, rule in rules.items():
        if name in fields and not (fields[name] is None and is_optional(name, event_type)):
            code = rule.code(fields[name])
            if code:
                raise Refused(code)


def _tokenised(payload: Row, kind: tuple[str, int], tenant_id: str | None) -> str:
    known = {name: payload[name] for name in PAYLOADS[kind] if payload.get(name) is not None}
    for name, what in PERSONAL.get(kind[0], {}).items():
        known[name] = token(tenant_id, what, known[name])
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def token(tenant_id: str | None, what: str, value: str) -> str:
    """The token in place of a personal value."""
    digest = hmac.digest(SECRET, f"{tenant_id or ''}\x1f{what}\x1f{value}".encode(), "sha256")
    return f"tok_{what}_{KEY_ID}_{digest.hex()[:32]}"


def schema_hash(kind: tuple[str, int], payload: Row) -> str:
    """16 hex digits over the type, the version and the names that the contract does not have."""
    unknown = sorted(name for name in payload if name not in PAYLOADS[kind])
    text = "+".join([f"{kind[0]}/{kind[1]}", *unknown])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
