"""What is published stays as it is, and what is to be published goes with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from pipeline.contract import released
from pipeline.contract.__main__ import main
from pipeline.contract.columns import payload_type
from pipeline.contract.compat.compare import Mode, check
from pipeline.contract.events import EVENT_TYPES, FacilityScan, VehicleTelemetryV2
from pipeline.contract.released import contract_versions, digests, edited, published


def test_no_published_version_was_edited() -> None:
    assert edited(published(), digests()) == []


def test_every_version_of_the_contract_is_published() -> None:
    assert published().keys() == digests().keys(), "run: python -m pipeline.contract release"


def test_all_versions_of_the_contract_go_together() -> None:
    assert check(contract_versions(), Mode.FULL) == []


@pytest.fixture(autouse=True)
def _types_as_they_are() -> Iterator[None]:
    """Types are looked up once, and these tests change them."""
    payload_type.cache_clear()
    yield
    payload_type.cache_clear()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry that may be written into."""
    copy = tmp_path / "released.json"
    copy.write_bytes(released.RELEASED.read_bytes())
    monkeypatch.setattr(released, "RELEASED", copy)
    return copy


class Narrower(FacilityScan, frozen=True, omit_defaults=True, gc=False):
    """One more field, which every message must have."""

    lane: Annotated[str, msgspec.Meta(max_length=64)] = msgspec.field(name="lane")


class Wider(VehicleTelemetryV2, frozen=True, omit_defaults=True, gc=False):
    """One more field, which may be missing."""

    tyre_bar: Annotated[float, msgspec.Meta(ge=0, le=20)] | None = None


def test_an_edit_of_a_published_version_is_refused(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(EVENT_TYPES["vehicle.telemetry"], 2, Wider)
    assert main(["release"]) == 1
    assert "vehicle.telemetry version 2 is published, and its schema has changed" in capsys.readouterr().out
    assert "add a version instead" in edited(published(), digests())[0]


def test_a_version_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EVENT_TYPES["vehicle.telemetry"], 2)
    (sentence,) = edited(published(), digests())
    assert sentence.startswith("vehicle.telemetry version 2 is published and gone: put it back")


def test_a_version_that_breaks_readers_is_not_published(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = registry.read_bytes()
    monkeypatch.setitem(EVENT_TYPES["facility.scan"], 2, Narrower)
    assert main(["release"]) == 1
    said = capsys.readouterr().out
    assert "facility.scan v1 -> v2 (json, backward) payload.lane: field_required" in said
    assert "facility.scan v1 -> v2 (avro, backward) payload.lane: field_required" in said
    assert registry.read_bytes() == before


def test_a_version_that_goes_with_all_before_is_published_and_nothing_else_changes(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published()
    assert main(["release"]) == 0
    assert published() == before
    monkeypatch.setitem(EVENT_TYPES["vehicle.telemetry"], 3, Wider)
    assert main(["release"]) == 0
    assert published().items() > before.items()
    assert published().keys() - before.keys() == {"vehicle.telemetry/3"}
    assert json.loads(registry.read_text()) == published()


def test_better_words_are_no_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FacilityScan, "__doc__", "A label was read.")
    assert edited(published(), digests()) == []
