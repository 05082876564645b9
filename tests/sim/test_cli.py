"""The ``sim`` command: what its commands take, and help where somebody mistyped. Exit statuses have a file of their own."""

# ruff: noqa: E501 (a table reads better with one case to a line)

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.arguments import COMMANDS, cpus
from sim.cli import main
from sim.exit_status import ExitStatus
from sim.scenario import Scenario

pytestmark = pytest.mark.usefixtures("own_folder")


def test_run_takes_the_scenario_seed_folder_and_mutant_it_was_given(
    stand_in: Callable[..., None], tmp_path: Path
) -> None:
    seen: list[object] = []

    def run(scenario: Scenario, runs: Path, mutant: str | None, _: object, workers: int, mode: str) -> SimpleNamespace:
        seen.extend([scenario.name, scenario.seed, runs, mutant, workers, mode])
        return SimpleNamespace(outcome="PASS", exit_code=0)

    stand_in(run)
    chosen = [
        "--seed",
        "99",
        "--runs",
        str(tmp_path),
        "--mutant",
        "dedupe-off",
        "--workers",
        "3",
        "--mode",
        "streaming",
    ]
    main(["run", "messy", *chosen])
    main(["run", "messy"])
    assert seen[:6] == ["messy", 99, tmp_path, "dedupe-off", 3, "streaming"]
    assert seen[6:] == ["messy", 11, Path("runs"), None, cpus(), "batch"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "the following arguments are required: COMMAND; see `sim --help`"),
        (["rnu"], "unknown command 'rnu'; did you mean 'run'? one of: " + ", ".join(sorted(COMMANDS))),
        (["run"], "the following arguments are required: SCENARIO; see `sim run --help`"),
        (["run", "hello", "--sed", "5"], "unknown option '--sed'; did you mean '--seed'? one of: --help, --mode, --mutant, --runs, --seed, --workers"),
        (["run", "hello", "--sed=5"], "unknown option '--sed'; did you mean '--seed'? one of: --help, --mode, --mutant, --runs, --seed, --workers"),
        (["run", "hello", "--seed", "-5"], "argument --seed: found '-5', want a whole number from 0"),
        (["run", "hello", "--mode", "stream"], "argument --mode: unknown mode 'stream'; did you mean 'streaming'? one of: batch, streaming"),
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
