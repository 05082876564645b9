"""A backfill: as if the messages in scope had always been processed as they are now, and nothing else changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from broken_decoders import refusing
from pipeline_messages import HOUR, HOUR_US, MINUTE, START, appended, created, event, reference, scan, status, telemetry
from warehouse_content import digests, snapshot

from backends.interface import BackendError
from backends.local.event_log import LocalEventLog
from backends.local.raw_archive import RawArchive
from backends.local.warehouse import LocalWarehouse
from pipeline.batch.account import Asked
from pipeline.batch.backfill import backfill
from pipeline.batch.days import Days
from pipeline.batch.held import AnotherLog
from pipeline.batch.scope import Scope
from pipeline.build import STAGES, Settings, Stages, run
from pipeline.contract.tables import TABLES

DAY = 24 * HOUR
FIRST, SECOND, THIRD, FOURTH = (date(2026, 3, 2 + n) for n in range(4))
pytestmark = pytest.mark.slow  # each runs the whole pipeline several times
ASKED = Asked("backfill", datetime(2026, 4, 1, tzinfo=UTC), {})


def arriving(day: int, *values: bytes, **attributes: str) -> pa.RecordBatch:
    return appended(values, START + day * DAY, **attributes)


LOG = [
    arriving(0, event(created("A"), "c1"), event(status("A"), "s1"), event(scan("A"), "n1"), b"{"),
    arriving(1, event(scan("A"), "n1"), event(scan("B"), "n2", at=START + DAY - HOUR), event(telemetry(), "t1")),
    arriving(1, event(status("B", "delivered"), "s2", at=START + DAY - MINUTE), event_type="shipment.status.changed"),
    arriving(1, event(scan("E"), "n6", at=START + DAY - HOUR)),
    arriving(
        2,
        event(scan("B"), "n2", at=START + DAY - HOUR),
        event(scan("other"), "n2", at=START + DAY - HOUR),
        event(status("B", "delivered"), "s3", at=START + DAY - MINUTE),
        event(scan("C"), "n4", at=START + 2 * DAY),
        event(scan("D"), "n5"),
    ),
    arriving(3, event(scan("B"), "n2", at=START + DAY - HOUR), event(status("A"), "s9"), event(scan("C"), "n4")),
]


class Place:
    """A log and a warehouse in a folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        self.warehouse = LocalWarehouse(folder / "warehouse", list(TABLES.values()))
        self.times = 0

    def append(self, messages: Sequence[pa.RecordBatch]) -> LocalEventLog:
        with LocalEventLog(self.folder / "log", 2) as log:
            for batch in messages:
                log.append(batch)
        return log

    def run(self, messages: Sequence[pa.RecordBatch], stages: Stages = STAGES) -> None:
        run(self.append(messages), self.warehouse, reference(), self.settings, stages)

    def fresh(self, stages: Stages = STAGES) -> dict[str, list[str]]:
        """The tables of a run over the whole log as it is now."""
        self.times += 1
        warehouse = LocalWarehouse(self.folder / f"fresh {self.times}", list(TABLES.values()))
        run(LocalEventLog(self.folder / "log", 2), warehouse, reference(), self.settings, stages)
        return snapshot(warehouse)

    def backfill(self, scope: Scope, **changes: Any) -> bool:
        self.times += 1
        place = self.folder / "warehouse"
        return backfill(
            self.warehouse,
            LocalWarehouse(self.folder / f"beside {self.times}", list(TABLES.values())),
            lambda read: RawArchive.opened(place, read, read.first_day),
            **({"reference": reference(), "settings": self.settings, "scope": scope, "asked": ASKED} | changes),
        )


@pytest.fixture
def place(tmp_path: Path, settings: Settings) -> Place:
    return Place(tmp_path, settings)


def test_of_everything_it_is_a_fresh_run(place: Place) -> None:
    place.run(LOG, refusing("n2", "s1", "t1"))
    broken = snapshot(place.warehouse)
    assert place.backfill(Scope())
    assert snapshot(place.warehouse) == place.fresh() != broken


@pytest.mark.parametrize(
    "scope", [Scope(), Scope(Days(SECOND, SECOND)), Scope(Days(SECOND, THIRD), ("facility.scan",))]
)
def test_where_nothing_has_changed_nothing_does(place: Place, scope: Scope) -> None:
    place.run(LOG)
    before = digests(place.folder / "warehouse")
    assert not place.backfill(scope)
    assert digests(place.folder / "warehouse") == before


def test_it_mends_its_days_and_what_hangs_on_them(place: Place) -> None:
    """n2 arrives on the second day first; its copies later are copies again, and all is as if nothing had been."""
    place.run(LOG, refusing("n2"))
    assert place.backfill(Scope(Days(SECOND, SECOND)))
    assert snapshot(place.warehouse) == place.fresh()
    assert place.backfill(Scope(Days(SECOND, SECOND))) is False


def test_other_days_stay_as_they_were(place: Place) -> None:
    """A decoder that refused c1 (first day), t1 (second) and n4 (third, and its copy on the fourth)."""
    place.run(LOG, refusing("c1", "t1", "n4"))
    assert place.backfill(Scope(Days(SECOND, SECOND)))
    assert snapshot(place.warehouse) == place.fresh(refusing("c1", "n4"))
    assert place.backfill(Scope(Days(THIRD, THIRD)))
    assert snapshot(place.warehouse) == place.fresh(refusing("c1"))
    assert place.backfill(Scope(Days(FIRST, FIRST), ("unknown",)))
    assert snapshot(place.warehouse) == place.fresh()


def test_only_types_in_scope_are_mended(place: Place) -> None:
    place.run(LOG, refusing("s2", "t1"))
    assert place.backfill(Scope(Days(SECOND, SECOND), ("shipment.status.changed",)))
    assert snapshot(place.warehouse) == place.fresh(refusing("t1"))


def test_a_first_that_is_refused_now_makes_its_copy_first(place: Place) -> None:
    """n2 of the third day takes its place; what conflicts with it, and its copy of the fourth day, follow."""
    refuses = refusing("n2", on=1)
    place.run(LOG)
    assert place.backfill(Scope(Days(SECOND, SECOND)), stages=refuses)
    assert snapshot(place.warehouse) == place.fresh(refuses)
    (event,) = (
        place.warehouse.query("SELECT ingest_time FROM clean.events WHERE event_id = 'n2'").read_all().to_pylist()
    )
    assert event["ingest_time"].date() == THIRD
    assert place.backfill(Scope(Days(SECOND, SECOND)))
    assert snapshot(place.warehouse) == place.fresh()


@pytest.mark.parametrize("ttl", [DAY - HOUR, DAY + HOUR, 3 * DAY])
def test_copies_of_what_came_before_the_first_day_stay_copies(
    tmp_path: Path, settings: Settings, ttl: timedelta
) -> None:
    """What the memory must hold: n1 and s1 before the scope; s1's status again as s9; chains longer than the TTL."""
    place = Place(tmp_path, replace(settings, dedupe_ttl_us=round(ttl.total_seconds()) * 1_000_000))
    chain = [
        arriving(day, event(status("Z"), f"z{day % 2}"), event(scan("Z"), "nz"), event(status("A"), f"s{day}"))
        for day in range(7)
    ]
    place.run([*LOG, *chain])
    for day in range(8):
        assert not place.backfill(Scope(Days(FIRST + timedelta(day), FIRST + timedelta(day)))), day


def test_chains_of_firsts_are_followed_beyond_the_ttl(tmp_path: Path, settings: Settings) -> None:
    """TTL of 30 hours: day 0 first, day 1 a copy, day 2 first again, ... Once day 0 is refused, all swap places."""
    place = Place(tmp_path, replace(settings, dedupe_ttl_us=30 * HOUR_US))
    chain = [arriving(day, event(scan("Z"), "nz")) for day in range(6)]
    place.run([*LOG, *chain])
    before = snapshot(place.warehouse)
    refuses = refusing("nz", on=0)
    assert place.backfill(Scope(Days(FIRST, FIRST)), stages=refuses)
    assert snapshot(place.warehouse) == place.fresh(refuses) != before
    assert place.backfill(Scope(Days(FIRST, FIRST)))
    assert snapshot(place.warehouse) == before


def test_new_messages_of_a_log_join_day_by_day(place: Place) -> None:
    place.run(LOG[:1])
    place.append(LOG[1:])
    log = LocalEventLog(place.folder / "log", 2)
    for day in (SECOND, FOURTH, THIRD):
        assert place.backfill(Scope(Days(day, day)), more=log)
    assert snapshot(place.warehouse) == place.fresh()
    assert not place.backfill(Scope(), more=log)


@pytest.mark.parametrize("other", [event(scan("A"), "n7"), event(status("A"), "s1", at=START - MINUTE)])
def test_another_log_is_refused(place: Place, other: bytes) -> None:
    """Its offsets are those of the messages that are there; its bytes are not."""
    place.run(LOG)
    before = digests(place.folder / "warehouse")
    with LocalEventLog(place.folder / "another", 2) as log:
        log.append(arriving(1, other))
    with pytest.raises(AnotherLog, match=r"partition \d offset 0 differs from what the warehouse holds"):
        place.backfill(Scope(Days(SECOND, SECOND)), more=log)
    assert digests(place.folder / "warehouse") == before


def test_a_new_dimension_is_taken_over_with_what_it_enriches(place: Place) -> None:
    place.run(LOG)
    renamed = dict(reference())
    names = pa.array(["Changed"] * renamed["dim_facility"].num_rows)
    renamed["dim_facility"] = renamed["dim_facility"].set_column(1, renamed["dim_facility"].schema.field("name"), names)
    assert place.backfill(Scope(), reference=renamed)
    stands = place.warehouse.query("SELECT DISTINCT facility_name FROM clean.shipment_status_events").read_all()
    assert stands["facility_name"].to_pylist() == ["Changed"]
    assert not place.backfill(Scope(), reference=renamed)


def test_it_is_told_in_the_runs(place: Place) -> None:
    place.run(LOG, refusing("t1"))
    assert place.backfill(Scope(Days(SECOND, SECOND)))
    (row,) = place.warehouse.query("SELECT command, messages FROM ops.runs").read_all().to_pylist()
    assert row == {"command": "backfill", "messages": 5}


def test_another_commit_meanwhile_is_noticed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.run(LOG, refusing("t1", "n4"))
    inner = Place(place.folder / "x", place.settings)
    inner.folder, inner.warehouse = place.folder, place.warehouse
    inner.times = 50

    def meanwhile(read: Any) -> RawArchive:
        assert inner.backfill(Scope(Days(THIRD, THIRD)))
        return RawArchive.opened(place.folder / "warehouse", read, read.first_day)

    beside = LocalWarehouse(place.folder / "beside", list(TABLES.values()))
    with pytest.raises(BackendError, match="another commit"):
        backfill(place.warehouse, beside, meanwhile, reference(), place.settings, Scope(Days(SECOND, SECOND)), ASKED)
    assert snapshot(place.warehouse) == place.fresh(refusing("t1"))


def test_without_a_run_there_is_nothing_to_process_again(place: Place) -> None:
    with pytest.raises(BackendError, match="no run in the warehouse"):
        place.backfill(Scope())
