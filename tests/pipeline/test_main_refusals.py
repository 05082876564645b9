"""What the command refuses, how it ends, and what it says then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline_messages import appended, event, scan

import pipeline.build
from backends.local.event_log import LocalEventLog
from backends.stage_failed import StageFailed
from pipeline.__main__ import main
from pipeline.build import Settings
from pipeline.exit_status import ExitStatus


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["marts", "--warehouse=w", "--mart=mart_exeptions"], "unknown mart 'mart_exeptions'; did you mean"),
        (["marts", "--warehouse=w", "--mart=curated.mart_exeption"], "did you mean 'curated.mart_exceptions'?"),
        (["marts", "--warehouse=w", "--mart=x"], "unknown mart 'x'; one of: curated."),
        (["marts", "--warehuose=w"], "did you mean '--warehouse'?"),
        (["mart", "--warehouse=w"], "unknown command 'mart'; did you mean 'marts'?"),
        (["run", "--log=l", "--reference=r", "--warehouse=w", "--replce"], "did you mean '--replace'?"),
        (
            [
                "backfill",
                "--reference=r",
                "--warehouse=w",
                "--from=2026-03-02",
                "--to=2026-03-02",
                "--type=facility.scn",
            ],
            "unknown type 'facility.scn'; did you mean 'facility.scan'?",
        ),
        (
            ["run", "--log=l", "--reference=r", "--warehouse=w", "--allowed-lateness-of=facility.scans=60"],
            "unknown type 'facility.scans'; did you mean 'facility.scan'?",
        ),
    ],
)
def test_what_is_misspelt_is_guessed(command: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["marts", "reconcile"])
def test_what_is_no_day_is_said(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--warehouse=x", "--from=soon"])
    assert ended.value.code == 2
    assert "must be a day as in 2026-03-02, not 'soon'" in capsys.readouterr().err


def test_no_key_no_start(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SIM_PII_KEY", raising=False)
    monkeypatch.delenv("SIM_PII_KEY_FILE", raising=False)
    assert main(arguments) == 2
    assert "set SIM_PII_KEY" in capsys.readouterr().err
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--log=nowhere"], "--log: nowhere: no such folder"),
        (["--log=empty"], "--log: empty: no event log"),
        (["--log=."], "no event log (it has no partition=*/*.arrow); did you mean log?"),
        (["--reference=nowhere"], "--reference: nowhere: no such folder"),
        (["--reference=broken"], "dim_facility.parquet: must be a Parquet file with facility_id"),
    ],
)
def test_what_is_not_there_is_said_and_nothing_is_done(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("broken").mkdir()
    Path("broken/dim_facility.parquet").write_text("x")
    assert main([*arguments, *wrong]) == 2
    assert said in capsys.readouterr().err
    assert not Path("warehouse").exists()


def test_a_wrong_fail_point_is_a_sentence(arguments: list[str]) -> None:
    environment = {**os.environ, "SIM_PII_KEY": "ab" * 32, "SIM_FAIL_POINT": "nowhere:crash"}
    command = [sys.executable, "-m", "pipeline", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("pipeline: SIM_FAIL_POINT: must be POINT:ACTION")
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize("seconds", ["-1", "nan", "inf", "1e300", "soon"])
@pytest.mark.parametrize("of", ["", "-of=facility.scan"])
def test_seconds_are_checked(arguments: list[str], seconds: str, of: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, f"--allowed-lateness{of}={seconds}"])
    assert ended.value.code == 2
    assert f"must be from 0 to 3,162,240,000 seconds, not '{seconds}'" in capsys.readouterr().err


@pytest.mark.usefixtures("_key")
def test_the_type_of_a_lateness_is_checked(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--allowed-lateness-of=facility.scans=60"])
    assert ended.value.code == 2
    assert "did you mean 'facility.scan'?" in capsys.readouterr().err


@pytest.mark.usefixtures("_key")
def test_lateness_of_types_is_a_setting(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Settings] = []
    monkeypatch.setattr(pipeline.build, "run", lambda log, warehouse, reference, settings: given.append(settings))
    of = ["--allowed-lateness-of=facility.scan=60", "--allowed-lateness-of=vehicle.telemetry=0.5"]
    assert main([*arguments, "--allowed-lateness=5", *of]) == 0
    (settings,) = given
    assert settings.allowed_lateness_us == 5_000_000
    assert settings.lateness_us_by_type == {"facility.scan": 60_000_000, "vehicle.telemetry": 500_000}


@pytest.mark.parametrize("command", ["marts", "reconcile"])
def test_marts_need_a_warehouse(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, f"--warehouse={tmp_path / 'nowhere'}"]) == 2
    assert "no warehouse" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.usefixtures("_key")
def test_a_refusal_of_the_warehouse_is_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline", *arguments]
    assert subprocess.run(command, check=False).returncode == 0
    with LocalEventLog(tmp_path / "log", 2) as log:
        log.append(appended([event(scan(), "e2")]))
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"pipeline: {tmp_path / 'warehouse'}: holds the tables of another")
    assert line.endswith("name another folder; `--replace` lets it")
    assert not (tmp_path / "warehouse" / ".staging").exists()


@pytest.mark.usefixtures("_key")
def test_a_warehouse_that_cant_be_made_is_a_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert main([*arguments, f"--warehouse={tmp_path / 'file'}"]) == 1
    assert "file" in capsys.readouterr().err


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize(("error", "status"), [(StageFailed("stage x: y"), 70), (KeyboardInterrupt(), 130)])
def test_every_end_has_its_status(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    def end(*_: object) -> None:
        raise error

    monkeypatch.setattr(pipeline.build, "run", end)
    assert main(arguments) == status


@pytest.mark.parametrize("command", [[], ["run"], ["replay"], ["marts"], ["reconcile"], ["backfill"]])
def test_help_tells_every_status_and_variable(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    told = capsys.readouterr().out
    for one in ExitStatus:
        assert f"{one.value:<4} {one.meaning}" in told
    if command not in (["marts"], ["reconcile"]):
        assert "SIM_PII_KEY " in told
        assert "SIM_PII_KEY_FILE" in told
