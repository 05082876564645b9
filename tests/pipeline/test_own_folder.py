"""Each run has a folder of its own, and none stays behind, however runs end."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.own_folder import own_folder


@pytest.mark.parametrize("name", ["staging", "st[a]ging *?"])
@pytest.mark.parametrize("end", [None, ValueError, KeyboardInterrupt])
def test_it_is_removed_however_the_run_ends(tmp_path: Path, name: str, end: type[BaseException] | None) -> None:
    def use() -> None:
        with own_folder(tmp_path / name) as folder:
            (folder / "part").write_text("x")
            if end:
                raise end

    if end:
        with pytest.raises(end):
            use()
    else:
        use()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    with own_folder(tmp_path / "staging") as first:
        (first / "part").write_text("x")
        with own_folder(tmp_path / "staging") as second:
            assert first != second
            assert list(second.iterdir()) == []
        assert (first / "part").exists()
    assert not (tmp_path / "staging").exists()


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from pipeline.own_folder import own_folder
with own_folder(Path({str(tmp_path / "staging")!r})) as folder:
    (folder / "part").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        left = Path(run.stdout.readline().strip())
        with own_folder(tmp_path / "staging"):
            assert (left / "part").exists()
        run.kill()
    assert (left / "part").exists()
    with own_folder(tmp_path / "staging") as folder:
        assert list((tmp_path / "staging").iterdir()) == [folder]
    assert not (tmp_path / "staging").exists()
