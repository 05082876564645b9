"""The seal shows any change to what a run is measured by."""

from pathlib import Path

import pytest

from sim.seal import Seal, seal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("truth/facts/a.parquet", "ledger/messages.parquet", "log/partition=0/0.arrow", "scenario.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def test_the_same_files_give_the_same_seal_wherever_they_lie(folder: Path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for path in folder.rglob("*"):
        if path.is_file():
            (elsewhere / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (elsewhere / path.relative_to(folder)).write_bytes(path.read_bytes())
    assert seal(elsewhere) == seal(folder)


@pytest.mark.parametrize("part", ["truth", "ledger", "log"])
def test_a_changed_byte_changes_the_digest_of_its_part_alone(folder: Path, part: str):
    before = seal(folder)
    next(path for path in (folder / part).rglob("*") if path.is_file()).write_bytes(b"other")
    after = seal(folder)
    assert {name for name in before.digests if before.digests[name] != after.digests[name]} == {part}


def test_a_renamed_file_changes_the_digest(folder: Path):
    before = seal(folder)
    (folder / "ledger/messages.parquet").rename(folder / "ledger/other.parquet")
    assert seal(folder).digests["ledger"] != before.digests["ledger"]


def test_reads_what_it_wrote(folder: Path):
    seal(folder).write(folder / "seal.json")
    assert Seal.read(folder / "seal.json") == seal(folder)
