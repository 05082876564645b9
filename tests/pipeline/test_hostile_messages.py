"""Hostile messages through the pipeline and the marts: each ends in one table, and does nothing to sound ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pipeline_messages import START, Process, created, driver, event, scan, status, telemetry

from backends.local.warehouse import LocalWarehouse
from pipeline.contract.tables import TABLES
from pipeline.marts import build_marts

BLNS = Path(__file__).parents[1] / "corpora" / "naughty-strings" / "blns.json"
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def odd_texts() -> Iterator[bytes]:
    """Naughty strings wherever the contract takes text: ids, personal data, tenants, sources."""
    texts = [text for text in json.loads(BLNS.read_text(encoding="utf-8")) if 0 < len(text) <= 64]
    for number, text in enumerate([*texts, "\x00", ":", "'", "%", "`", "\ufffe", "a" * 64]):
        identity = {"event_id": f"odd-{number}", "tenant_id": text, "source": text, "trace_id": text}
        yield event(created(text, recipient_name=text, recipient_phone=text, recipient_email=text), **identity)
        yield event(
            status(text, facility_id=text, carrier_code=text), **identity | {"event_id": f"{number}{text}"[:64]}
        )
        yield event(driver(vehicle_id=text), **identity | {"event_id": f"driver-{number}"})
    yield event(status()).replace(b'"in_transit"', b'"lost - at `$.x`"')


def odd_times() -> Iterator[bytes]:
    """Every type at both ends of time, and beside them."""
    for number, at in enumerate((FIRST, FIRST + timedelta(minutes=7), datetime(1, 2, 1, tzinfo=UTC), LAST, START)):
        for payload in (
            created(promised_time=LAST),
            status(eta=FIRST),
            status(eta=LAST),
            scan(),
            telemetry(),
            driver(),
        ):
            yield event(payload, f"time-{number}-{id(payload)}", at=at)


def odd_numbers() -> Iterator[bytes]:
    for number, reading in enumerate((5e-324, 1.7976931348623157e308, -0.0, 1e15, 123456789.123456789)):
        yield event(telemetry(odometer_km=reading), f"number-{number}")


SOUND = [event(created(), "sound-1"), event(status("S1", "delivered"), "sound-2"), event(scan(), "sound-3")]


def rows(warehouse: LocalWarehouse, sql: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = warehouse.query(sql).read_all().to_pylist()
    return found


def count(warehouse: LocalWarehouse, table: str) -> int:
    (row,) = rows(warehouse, f"SELECT count(*) AS found FROM {table}")
    return int(str(row["found"]))


@pytest.mark.parametrize("hostile", [odd_texts, odd_times, odd_numbers], ids=lambda made: made.__name__)
def test_every_message_ends_in_one_table_and_the_marts_are_built(process: Process, hostile: object) -> None:
    messages = [*SOUND, *hostile()]
    warehouse = process(messages)
    build_marts(warehouse)
    ends = {table: count(warehouse, table) for table in ("clean.events", "clean.rejected", "ops.duplicates")}
    assert sum(ends.values()) == len(messages) == count(warehouse, "raw.messages")
    assert ends["clean.events"] > 3
    kept = rows(warehouse, "SELECT event_id FROM clean.events WHERE event_id LIKE 'sound-%'")
    assert len(kept) == len(SOUND)
    assert count(warehouse, "curated.mart_shipments_daily") > 0
    for table in TABLES:
        rows(warehouse, f"SELECT * FROM {table}")
