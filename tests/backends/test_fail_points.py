"""What a failure leaves behind at every named point: what was there before or what was to come, and never a part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import warehouse_rows
from warehouse_rows import PARCELS, WITH_RUNS, WORK, commits, first, ids, parcels

from backends import fail_points
from backends.interface import BackendError
from backends.local import data_file
from backends.local.data_file import write_files
from backends.local.warehouse import LocalWarehouse

AFTER = {"first": [0, 1, 2, 3, 4, 5], "change": [0, 2, 3, 4, 5, 100], "rebuild": [6]}


def points(work: str) -> list[str]:
    kinds = ("tables.",) if work == "rebuild" else ("commit.", "file.")
    return [point for point in fail_points.POINTS if point.startswith(kinds)]


CASES = [(work, point) for work in AFTER for point in points(work)]


def opened(folder: Path) -> LocalWarehouse:
    return LocalWarehouse(folder, WITH_RUNS)


def state(folder: Path, work: str) -> list[int]:
    if work == "rebuild":
        return list(opened(folder).query("SELECT `rows` FROM ops.runs").read_all()["rows"].to_pylist())
    return ids(opened(folder))


def prepared(folder: Path, work: str) -> list[int]:
    """Everything that comes before the work; gives the state."""
    warehouse = opened(folder)
    if work != "first":
        first(folder, warehouse)
    return state(folder, work)


def child(folder: Path, work: str, armed: str = "") -> subprocess.Popen[str]:
    environment = os.environ | ({fail_points.VARIABLE: armed} if armed else {})
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, warehouse_rows.__file__, str(folder), work]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(("work", "point"), CASES)
def test_a_crash_leaves_before_or_after_and_the_next_attempt_ends_it(tmp_path: Path, work: str, point: str) -> None:
    before = prepared(tmp_path, work)
    crashed = child(tmp_path, work, f"{point}:crash")
    crashed.communicate("go\n")
    assert crashed.returncode == fail_points.CRASH_STATUS
    assert state(tmp_path, work) == (AFTER[work] if point == "commit.after" else before)
    WORK[work](tmp_path, opened(tmp_path))
    assert state(tmp_path, work) == AFTER[work]
    assert len(commits(opened(tmp_path))) == (2 if work == "change" else 1)


@pytest.mark.parametrize(("work", "point"), [*CASES, ("first", "file.before_rename@2")])
def test_a_full_disk_leaves_before_or_after_and_says_so(tmp_path: Path, work: str, point: str) -> None:
    before = prepared(tmp_path, work)
    point, _, turn = point.partition("@")
    with (
        fail_points.armed(f"{point}:error@{turn or 1}"),
        pytest.raises((BackendError, OSError), match="No space left on device"),
    ):
        WORK[work](tmp_path, opened(tmp_path))
    assert state(tmp_path, work) == (AFTER[work] if point == "commit.after" else before)
    WORK[work](tmp_path, opened(tmp_path))
    assert state(tmp_path, work) == AFTER[work]


def test_ctrl_c_in_a_commit_leaves_what_was_there(tmp_path: Path) -> None:
    with fail_points.armed("commit.before_end:interrupt"), pytest.raises(KeyboardInterrupt):
        first(tmp_path, opened(tmp_path))
    assert state(tmp_path, "first") == []


@pytest.mark.parametrize("work", AFTER)
def test_two_attempts_at_once_come_to_one(tmp_path: Path, work: str) -> None:
    """Each waits until the other is ready, so that both commit together. DuckDB lets in one, or both in turn."""
    prepared(tmp_path, work)
    children = [child(tmp_path, work) for _ in range(2)]
    for one in children:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in children:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate()[1] for one in children]
    assert 0 in [one.returncode for one in children]
    for one, error in zip(children, said, strict=True):
        assert one.returncode == 0 or "another process has it open" in error
    assert state(tmp_path, work) == AFTER[work]
    assert len(commits(opened(tmp_path))) == (2 if work == "change" else 1)


def test_two_processes_may_write_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other writes and renames the same file while this one is between the two."""
    other, meanwhile = os.getpid() + 1, ["once"]

    def reach(point: str) -> None:
        if point == "file.before_rename" and meanwhile:
            meanwhile.pop()
            monkeypatch.setattr(os, "getpid", lambda: other)
            assert len(list(write_files(tmp_path, PARCELS, parcels(0)))) == 1

    monkeypatch.setattr(data_file, "reach", reach)
    (file,) = write_files(tmp_path, PARCELS, parcels(0))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(file.path).name]


@pytest.mark.parametrize("words", ["nowhere:crash", "commit.after", "commit.after:explode", "commit.after:crash@soon"])
def test_what_is_no_point_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"points: file\.before_write.*actions: crash"):
        fail_points.arm(words)


def test_an_unarmed_point_does_nothing() -> None:
    for point in fail_points.POINTS:
        fail_points.reach(point)
