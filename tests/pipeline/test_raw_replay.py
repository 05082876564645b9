"""An archive of raw messages, run through the pipeline again, gives the tables it was a by-product of."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from pipeline_messages import HOUR, MINUTE, START, Process, appended, created, event, reference, scan, status
from warehouse_content import snapshot

from backends.interface import BackendError
from backends.local import raw_archive, raw_lines
from backends.local.raw_archive import RawArchive
from backends.local.warehouse import LocalWarehouse
from pipeline.build import Settings, run
from pipeline.contract.tables import TABLES

LARGE = event(created("S9", recipient_name="L" * 1_100_000), "large")
MESSAGES = [
    appended([event(created(), "e1"), event(status(), "e2"), b"\xff\xfe", b"", b"{", b"\x00\x01", LARGE]),
    appended([event(scan(), "e3"), event(status(), "e2"), event(scan(), "é ü 😀 \u2028")], START + 30 * HOUR),
    appended([event(status(status="delivered"), "e2")], START + MINUTE, event_type="shipment.status.changed"),
    appended([event(scan("S3"), "e4", tenant_id=None)], START + MINUTE, event_type='a"b\\', tenant_id="\x07"),
]


def replayed(place: Path, folder: Path, settings: Settings) -> LocalWarehouse:
    warehouse = LocalWarehouse(folder, list(TABLES.values()))
    run(RawArchive.opened(place), warehouse, reference(), settings)
    return warehouse


@pytest.mark.parametrize("place", ["warehouse", "folder"])
def test_every_table_is_equal(
    process: Process, settings: Settings, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_lines, "BATCH_ROWS", 3)
    monkeypatch.setattr(raw_archive, "GROUP_ROWS", 5_000)
    first = process(MESSAGES)
    assert len(snapshot(first)["clean.rejected"]) >= 6
    archive = tmp_path / "run" / "warehouse"
    again = replayed(archive if place == "warehouse" else archive / "raw" / "messages", tmp_path / "again", settings)
    assert snapshot(again) == snapshot(first)


def test_of_a_warehouse_only_the_manifests_files_are_read(process: Process, settings: Settings, tmp_path: Path) -> None:
    first = process(MESSAGES)
    stray = next((tmp_path / "run" / "warehouse" / "raw").rglob("*.jsonl.gz"))
    shutil.copy(stray, stray.with_name("part-stray.jsonl.gz"))
    assert snapshot(replayed(tmp_path / "run" / "warehouse", tmp_path / "again", settings)) == snapshot(first)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda whole: whole[:-5], ":[0-9]+: torn: the file stops or is damaged after line"),
        (lambda whole: b"no gzip at all", ":1: torn"),
        (lambda whole: gzip.compress(b'{"name": "Ada"}\n'), ":1: not a line of raw.messages"),
        (lambda whole: gzip.compress(gzip.decompress(whole) + b"Ada"), ":[0-9]+: not a line of raw.messages"),
        (
            lambda whole: gzip.compress(gzip.decompress(whole).replace(b'"2026-', b'"soon-')),
            ":1: not a line of raw.messages",
        ),
        (
            lambda whole: gzip.compress(gzip.decompress(whole).replace(b'"attributes":"{', b'"attributes":"[')),
            ":1: not a line of raw.messages",
        ),
    ],
)
def test_a_file_that_is_torn_or_of_something_else_stops_it(
    process: Process, settings: Settings, tmp_path: Path, harm: object, said: str
) -> None:
    process(MESSAGES)
    archive = tmp_path / "run" / "warehouse" / "raw" / "messages"
    path = next(iter(sorted(archive.rglob("*.jsonl.gz"))))
    path.write_bytes(harm(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BackendError, match=path.name + said) as refused:
        replayed(archive, tmp_path / "again", settings)
    assert "Ada" not in str(refused.value)
    empty = LocalWarehouse(tmp_path / "again", list(TABLES.values()))
    assert all(not rows for rows in snapshot(empty).values())


def test_an_archive_is_read_only_and_has_no_order_to_stream(process: Process, tmp_path: Path) -> None:
    process(MESSAGES)
    archive = RawArchive.opened(tmp_path / "run" / "warehouse")
    with pytest.raises(BackendError, match="read only"):
        archive.append(MESSAGES[0])
    with pytest.raises(BackendError, match="as a batch"):
        archive.source(streaming=True)
    archive.close()


def test_a_folder_without_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no archive of messages"):
        RawArchive.opened(tmp_path)
