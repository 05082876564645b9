"""`sim generate` and `sim describe` as people type them."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from pipeline.__main__ import main as run_pipeline
from sim.checks import world
from sim.checks.verdict import CheckResult, Outcome
from sim.cli import main


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "hello"
    assert main(["generate", "hello", "--out", str(out), "--workers", "1"]) == 0
    return out


def test_a_folder_holds_log_truth_and_ledger_with_their_seal(generated: Path) -> None:
    assert {path.name for path in generated.iterdir()} == {"scenario.yaml", "truth", "ledger", "log", "seal.json"}


def test_what_was_generated_is_told_with_its_digests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "hello", "--out", str(tmp_path / "new"), "--limit", "500", "--workers", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("500 messages in ")
    assert [line.split()[0] for line in told[1:]] == ["log", "ledger", "truth", "world", "wrote", "next:", "or:"]
    assert told[4] == f"world   possible: all {len(world.INVARIANTS)} invariants hold"


def test_what_to_do_next_can_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert main(["generate", "hello", "--out", str(out), "--limit", "500", "--workers", "1"]) == 0
    wrote, describe, process = capsys.readouterr().out.splitlines()[-3:]
    assert wrote == f"wrote {out}"
    assert main(describe.removeprefix("next: sim ").split()) == 0
    monkeypatch.setenv("SIM_PII_KEY", "0123456789abcdef" * 2)
    command, _, key = process.partition(", with a key in ")
    assert (command.split()[:4], key) == (["or:", "python", "-m", "pipeline"], "SIM_PII_KEY")
    assert run_pipeline(command.split()[4:]) == 0
    assert (out / "warehouse" / "warehouse.duckdb").is_file()


def test_a_generated_folder_has_no_tables_to_check(generated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(generated)]) == 2
    told = capsys.readouterr().err
    assert "generated, and no pipeline ran on it" in told
    assert f"`sim describe {generated}`" in told


def test_a_folder_that_was_generated_into_is_not_overwritten(
    generated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "hello", "--out", str(generated)]) == 2
    assert "holds a generated run" in capsys.readouterr().err


def test_an_impossible_world_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = CheckResult("world", Outcome.UNKNOWN, 1, note="the truth breaks the invariant 'scan_order' 7 times")
    monkeypatch.setattr(world, "check", lambda *_: broken)
    assert main(["generate", "hello", "--out", str(tmp_path / "new"), "--limit", "5", "--workers", "1"]) == 3
    assert capsys.readouterr().out.splitlines()[-1] == f"world   {broken.note}"


def test_two_at_once_do_not_mix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "shared"
    out.mkdir()
    with (out / "unfinished").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert main(["generate", "hello", "--out", str(out), "--limit", "5"]) == 2
        assert "another process is generating into it" in capsys.readouterr().err
    assert main(["generate", "hello", "--out", str(out), "--limit", "5", "--workers", "1"]) == 0


def test_half_a_run_is_not_described(generated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = tmp_path / "half"
    shutil.copytree(generated, half)
    (half / "unfinished").touch()
    assert main(["describe", str(half)]) == 2
    assert "its generation goes on, or was stopped" in capsys.readouterr().err


def test_a_limited_run_says_so_when_it_is_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "limited"
    assert main(["generate", "hello", "--out", str(out), "--limit", "4000", "--workers", "1"]) == 0
    capsys.readouterr()
    assert main(["describe", str(out)]) == 0
    assert capsys.readouterr().out.startswith("the first 4,000 messages alone: the run was ended early by --limit\n")


def test_another_seed_is_another_run(generated: Path, tmp_path: Path) -> None:
    assert main(["generate", "hello", "--seed", "8", "--out", str(tmp_path / "new"), "--workers", "1"]) == 0
    assert (tmp_path / "new" / "seal.json").read_text() != (generated / "seal.json").read_text()


def test_a_sample_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "hello", "--sample", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert not list(tmp_path.iterdir())


def test_live_messages_come_after_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    live = ["--speed", "1000000x", "--backfill", "1 h", "--limit", "2000", "--workers", "1"]
    assert main(["generate", "hello", "--out", str(tmp_path / "live"), *live]) == 0
    assert capsys.readouterr().out.startswith("2,000 messages in ")


def test_a_generated_folder_is_described(generated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(generated)]) == 0
    assert capsys.readouterr().out.startswith("hello  seed 7")
    assert (generated / "describe.json").exists()
    assert (generated / "describe.svg").exists()
