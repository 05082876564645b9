"""What ``sim init`` writes is a scenario that runs as it stands, and passes."""

from pathlib import Path

import pytest

from sim.cli import main


def test_the_scenario_to_start_from_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path)]) == 0
    assert main(["run", str(tmp_path / "scenario.yaml"), "--runs", str(tmp_path / "runs")]) == 0
    assert main(["check", "mine-0001", "--runs", str(tmp_path / "runs")]) == 0
    assert main(["runs", "--runs", str(tmp_path / "runs")]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["mine-0001", "mine", "1", "finished", "PASS"]
