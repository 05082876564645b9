"""Run folders are numbered, never shared, and say how far a run came."""

from pathlib import Path

import pytest

from sim.errors import UsageError
from sim.run_folder import RunFolder, RunRecord, create


def test_numbers_go_up_by_scenario(tmp_path: Path):
    names = [create(tmp_path, name).path.name for name in ("hello", "hello", "messy", "hello")]
    assert names == ["hello-0001", "hello-0002", "messy-0001", "hello-0003"]


def test_a_scenario_whose_name_begins_like_another_has_its_own_numbers(tmp_path: Path):
    create(tmp_path, "hello-world")
    assert create(tmp_path, "hello").path.name == "hello-0001"


def test_folders_with_personal_data_are_for_their_owner_alone(tmp_path: Path):
    folder = create(tmp_path, "hello")
    folder.make_restricted()
    assert {path.stat().st_mode & 0o777 for path in (folder.truth, folder.log)} == {0o700}


def test_a_record_reads_back(tmp_path: Path):
    folder = create(tmp_path, "hello")
    record = RunRecord("hello-0001", "hello", 7, None, {"a1": "abcdef01"}, {"duckdb": "2.0.0"})
    folder.write_record(record)
    assert folder.read_record() == record


def test_a_folder_without_a_record_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match=r"not a run folder.*sim runs"):
        RunFolder(tmp_path).read_record()


def test_a_damaged_record_is_a_usage_error_that_names_the_file(tmp_path: Path):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(UsageError, match=r"run\.json"):
        RunFolder(tmp_path).read_record()
