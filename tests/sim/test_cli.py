"""The ``sim`` command: one test for each exit status, and help where somebody mistyped."""

# ruff: noqa: E501 (a table reads better with one case to a line)

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import sim
from backends.interface import BackendError
from backends.stage_failed import StageFailed
from pipeline.token_key import TokenKeyError
from sim import report
from sim.arguments import COMMANDS, cpus
from sim.checks.verdict import Outcome
from sim.cli import main
from sim.exit_status import ExitStatus
from sim.scenario import Scenario


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., object]], None]:
    """Put a function in the place of ``sim.run.run`` and ``sim.run.check``, and say the outcome in place of a report."""

    def replace(function: Callable[..., object]) -> None:
        run, terminal = ModuleType("sim.run"), ModuleType("sim.report.terminal")
        run.run = run.check = function  # type: ignore[attr-defined]
        terminal.render = lambda verdict: f"the verdict is {verdict.outcome}"  # type: ignore[attr-defined]
        for parent, name, module in ((sim, "run", run), (report, "terminal", terminal)):
            monkeypatch.setitem(sys.modules, module.__name__, module)
            monkeypatch.setattr(parent, name, module, raising=False)

    return replace


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


def test_a_reader_that_goes_away_is_141_without_a_word() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "sim", "schema"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_every_outcome_and_every_status_has_one_number() -> None:
    assert {outcome.name: outcome.value for outcome in Outcome}.items() <= ExitStatus.__members__.items()


def test_run_takes_the_scenario_seed_folder_and_mutant_it_was_given(
    stand_in: Callable[..., None], tmp_path: Path
) -> None:
    seen: list[object] = []

    def run(scenario: Scenario, runs: Path, mutant: str | None, _: object, workers: int) -> SimpleNamespace:
        seen.extend([scenario.name, scenario.seed, runs, mutant, workers])
        return SimpleNamespace(outcome="PASS", exit_code=0)

    stand_in(run)
    main(["run", "messy", "--seed", "99", "--runs", str(tmp_path), "--mutant", "dedupe-off", "--workers", "3"])
    main(["run", "messy"])
    assert seen == ["messy", 99, tmp_path, "dedupe-off", 3, "messy", 11, Path("runs"), None, cpus()]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "the following arguments are required: COMMAND; see `sim --help`"),
        (["rnu"], "unknown command 'rnu'; did you mean 'run'? one of: " + ", ".join(sorted(COMMANDS))),
        (["run"], "the following arguments are required: SCENARIO; see `sim run --help`"),
        (["run", "hello", "--sed", "5"], "unknown option '--sed'; did you mean '--seed'? one of: --help, --mutant, --runs, --seed, --workers"),
        (["run", "hello", "--sed=5"], "unknown option '--sed'; did you mean '--seed'? one of: --help, --mutant, --runs, --seed, --workers"),
        (["run", "hello", "--seed", "-5"], "argument --seed: found '-5', want a whole number from 0"),
        (["run", "hello", "--workers", "0"], "argument --workers: found '0', want a whole number of at least 1"),
        (["run", "hello", "--workers", "99999"], "argument --workers: found '99999', want at most 256"),
        (["generate", "hello"], "--out DIR is missing: where to write; or --sample N for a look"),
        (["generate", "hello", "--speed", "fast"], "argument --speed: found 'fast', want max, realtime, or a multiple such as 60x"),
        (["generate", "hello", "--speed", "0x"], "argument --speed: found '0x', want max"),
        (["generate", "hello", "--speed", "0.001x"], "found '0.001x', want max, realtime, or a multiple such as 60x, from 0.01x to 1000000x; see"),
        (["generate", "hello", "--speed", "9" * 400 + "x"], "from 0.01x to 1000000x; see"),
        (["generate", "hello", "--backfill", "367 d"], "argument --backfill: found '367 d', want a duration up to 366 d, as long as a run can be; see"),
        (["generate", "hello", "--out", "new", "--backfill", "2 d"], "--backfill goes with --speed: without one, all is appended at once"),
        (["generate", "hello", "--out", "new", "--sample", "2"], "--sample N writes nothing, and does not go with --out"),
        (["generate", "hello", "--sample", "2", "--limit", "9"], "--sample N writes nothing, and does not go with --limit"),
        (["generate", "hello", "--out", "/proc/xx"], "/proc/xx: can't be written to: No such file or directory"),
        (["generate", "hello", "--backfill", "2"], "argument --backfill: found '2', want a duration such as 500 ms"),
        (["generate", "hello", "--limit", "none"], "argument --limit: found 'none', want a whole number of at least 1"),
        (["run", "hello", "--seed", "five"], "argument --seed: found 'five', want a whole number from 0 to 9223372036854775807; see `sim run --help`"),
        (["run", "hello", "--seed", "9" * 5000], "want a whole number from 0 to"),
        (["run", "helo"], "unknown scenario 'helo'; did you mean 'hello'?"),
        (["run", "gone.yaml"], "gone.yaml: there is no such file"),
        (["run", "."], ".: found a folder, want a scenario file"),
        (["run", "hello", "--runs", ""], "argument --runs: found an empty text, want a folder; '.' is the current one"),
        (["run", "hello", "--runs", "/proc/xx"], "/proc/xx: can't be written to: No such file or directory"),
        (["validate", "helo"], "unknown scenario 'helo'; did you mean 'hello'?"),
        (["run", "hello", "--runs", __file__], f"argument --runs: found the file '{__file__}', want a folder; see"),
        (["list", "extra"], "one argument too many: 'extra'; see `sim list --help`"),
        (["validate"], "the following arguments are required: SCENARIO; see `sim validate --help`"),
        (["init", __file__], f"argument DIR: found the file '{__file__}', want a folder; see `sim init --help`"),
        (["check", "nothing"], "no run 'nothing', and none at all in runs"),
    ],
)  # fmt: skip
def test_bad_arguments_are_2_and_offer_choices(
    given: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(given) == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err) == ("", False)
    assert told in err


def test_check_offers_the_closest_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hello-0001").mkdir()
    (tmp_path / "hello-0001" / "run.json").touch()
    assert main(["check", "helo-0001", "--runs", str(tmp_path)]) == 2
    assert "unknown run 'helo-0001'; did you mean 'hello-0001'?" in capsys.readouterr().err


def test_help_lists_every_command_and_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n    {name} " in told
    for status in ExitStatus:
        assert f"\n  {status.value:<5}{status.name:<13}{status.meaning}\n" in told


def test_validate_reads_on_after_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path)]) == 0
    bad = tmp_path / "bad.yaml"
    bad.write_text("- 1\n")
    assert main(["validate", str(bad), str(tmp_path / "scenario.yaml")]) == 2
    out, err = capsys.readouterr()
    assert out.endswith("scenario.yaml: good: scenario 'mine'\n")
    assert err.startswith(f"{bad}:1: found a list of 1")


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"
    assert main(["init", str(folder)]) == 0
    mine = folder / "scenario.yaml"
    mine.write_text("mine")
    (folder / "scenario.schema.json").unlink()
    assert main(["init", str(folder)]) == 2
    assert "overwrites nothing" in capsys.readouterr().err
    assert mine.read_text() == "mine"
    assert not (folder / "scenario.schema.json").exists()


def test_list_shows_name_description_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    told = capsys.readouterr().out
    for part in ("hello ", "nothing goes wrong", "hello.yaml", "messy "):
        assert part in told


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out.startswith("sim ")


def test_a_folder_is_no_scenario_but_may_hold_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "mine"])
    assert main(["run", "mine"]) == 2
    told = "mine: found a folder, want a scenario file; did you mean 'mine/scenario.yaml'?\n"
    assert capsys.readouterr().err == told


def test_a_bare_name_is_the_shipped_scenario_whatever_lies_around(capsys: pytest.CaptureFixture[str]) -> None:
    Path("hello").write_text("- 1\n")
    assert main(["validate", "hello"]) == 0
    assert capsys.readouterr().out == "hello: good: scenario 'hello'\n"
    assert main(["validate", "./hello"]) == 2


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
