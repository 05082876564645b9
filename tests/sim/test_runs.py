"""``sim runs`` lists every run, whatever has become of the files of one of them."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.run import runs
from sim.run_folder import RunFolder, RunRecord, create


@pytest.fixture
def finished(tmp_path: Path) -> RunFolder:
    """The second of three finished runs."""
    for _ in range(3):
        folder = create(tmp_path, "hello")
        folder.write_record(RunRecord(folder.path.name, "hello", 7, None, {"a1": "abcdef01"}, {}, finished=True))
    return RunFolder(tmp_path / "hello-0002")


def test_runs_are_listed_in_order(finished: RunFolder):
    listed = runs(finished.path.parent)
    assert [run.id for run in listed] == ["hello-0001", "hello-0002", "hello-0003"]
    assert listed[1] == ("hello-0002", "hello", "7", "finished", "-")


def test_the_list_has_a_head(finished: RunFolder, capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "--runs", str(finished.path.parent)]) == 0
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert head == "run         scenario  seed  state     verdict"
    assert first == "hello-0001  hello     7     finished  -"


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b'{"outcome": 1}', b"\xff\xfe"])
def test_a_broken_verdict_is_unreadable(finished: RunFolder, content: bytes):
    finished.verdict.write_bytes(content)
    assert [run.verdict for run in runs(finished.path.parent)] == ["-", "unreadable", "-"]


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe"])
def test_a_broken_record_does_not_stop_the_list(finished: RunFolder, content: bytes):
    (finished.path / "run.json").write_bytes(content)
    listed = runs(finished.path.parent)
    assert [run.state for run in listed] == ["finished", "unreadable", "finished"]
    assert listed[1] == ("hello-0002", "-", "-", "unreadable", "-")


def test_folders_in_the_place_of_files_are_unreadable(finished: RunFolder):
    (finished.path / "run.json").unlink()
    (finished.path / "run.json").mkdir()
    finished.verdict.mkdir()
    assert runs(finished.path.parent)[1][2:] == ("-", "unreadable", "unreadable")
