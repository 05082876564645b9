"""One test for each exit status of ``sim``, and for each way to come to it."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from backends.interface import BackendError
from backends.stage_failed import StageFailed
from pipeline.token_key import TokenKeyError
from sim.checks.verdict import Outcome
from sim.cli import main
from sim.exit_status import ExitStatus

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_verdict_is_the_exit_status_of_run_and_check(
    outcome: Outcome, stand_in: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(lambda *_: SimpleNamespace(outcome=outcome.name, exit_code=outcome.value))
    (tmp_path / "hello-0001").mkdir()
    assert main(["run", "hello", "--runs", str(tmp_path)]) == outcome
    assert main(["check", "hello-0001", "--runs", str(tmp_path)]) == outcome
    assert capsys.readouterr().out == f"the verdict is {outcome.name}\n" * 2


def test_usage_is_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\nfautls: []\n")
    assert main(["run", str(bad)]) == 2
    assert f"{bad}:2: unknown key 'fautls'; did you mean 'faults'?" in capsys.readouterr().err


def test_a_crash_is_70_with_its_traceback(stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    stand_in(lambda *_: {}["the missing piece"])
    assert main(["run", "hello"]) == 70
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "sim crashed, and nothing is proven: KeyError: 'the missing piece'" in told


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (TokenKeyError("no key for personal data"), 2, "no key for personal data\n"),
        (BackendError("the warehouse is busy"), 3, "nothing is proven: the warehouse is busy\n"),
    ],
)
def test_what_is_no_bug_has_no_traceback(
    error: Exception, status: int, told: str, stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    stand_in(fail)
    assert main(["run", "hello"]) == status
    assert capsys.readouterr().err == told


def test_ctrl_c_is_130_with_a_sentence(stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    stand_in(interrupted)
    assert main(["run", "hello"]) == 130
    told = capsys.readouterr().err
    assert "stopped by Ctrl-C" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("command", "what"), [("run hello", "the next run starts"), ("check x", "nothing was changed")]
)
def test_ctrl_c_says_what_it_means_for_the_command(
    command: str, what: str, stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    Path("x").mkdir()
    stand_in(interrupted)
    assert main(command.split()) == 130
    assert what in capsys.readouterr().err


def test_ctrl_c_while_importing_is_130_with_a_sentence() -> None:
    script = (
        "import os, signal, sys\n"
        "import sim.__main__\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.startswith('numpy.'): os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv = ['sim', 'list']\n"
        "sim.__main__.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nstopped by Ctrl-C\n")


def test_a_reader_that_goes_away_is_141_without_a_word() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "sim", "schema"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_every_outcome_and_every_status_has_one_number() -> None:
    assert {outcome.name: outcome.value for outcome in Outcome}.items() <= ExitStatus.__members__.items()


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        RuntimeError("IO Error: could not write: No space left on device"),
        BackendError("IO Error: could not write: No space left on device"),
    ],
)
def test_a_full_disk_is_3_with_one_sentence(
    error: Exception, stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(*_: object) -> None:
        try:
            raise error
        except type(error):
            raise StageFailed("stage write: OSError at somewhere") from None

    stand_in(fill)
    told = "nothing is proven: the disk of runs is full, and what was begun there is unfinished\n"
    assert main(["run", "hello"]) == 3
    assert capsys.readouterr().err == told


def test_another_error_of_the_system_is_still_a_bug(
    stand_in: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    stand_in(fail)
    assert main(["run", "hello"]) == 70


@pytest.mark.parametrize("command", ["list", "--help", "--version", "validate hello"])
def test_output_on_a_full_disk_is_3_with_one_sentence(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim", *command.split()], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (3, "the output can't be written: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_matter(closed: str) -> None:
    command = f'"{sys.executable}" -m sim list {closed}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
