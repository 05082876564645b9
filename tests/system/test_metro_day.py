"""A million messages on a laptop: a verdict, progress on the way, and less than 2 GB of memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = Path(__file__).parents[2] / "scenarios" / "metro-day.yaml"


@pytest.mark.slow
def test_a_million_messages_pass_in_less_than_two_gigabytes(tmp_path: Path):
    with (tmp_path / "out.txt").open("w") as out, (tmp_path / "err.txt").open("w") as err:
        command = [sys.executable, "-m", "sim", "run", str(SCENARIO), "--runs", str(tmp_path)]
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    told, progress = (tmp_path / "out.txt").read_text(), (tmp_path / "err.txt").read_text()
    assert os.waitstatus_to_exitcode(status) == 0, told + progress
    assert "PASS  metro-day-0001" in told
    for step in ("generate", "process", "check"):
        assert f"{step}: " in progress
    assert "s left" in progress
    assert usage.ru_maxrss < 2_000_000_000 / 1024  # the kernel counts in KiB
