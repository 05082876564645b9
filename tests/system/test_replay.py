"""A run is a pure function of scenario and seed: the same bytes again, in another process, with another hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.seal import Seal

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def _digests(runs: Path, hash_seed: str, *arguments: str) -> dict[str, str]:
    subprocess.run(
        [sys.executable, "-m", "sim", "run", str(SCENARIOS / "messy.yaml"), "--runs", str(runs), *arguments],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return Seal.read(max(runs.glob("messy-*/seal.json"))).digests


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(messy_run: Path, tmp_path: Path):
    first = Seal.read(messy_run / "seal.json").digests
    assert set(first) == {"log", "ledger", "truth"}
    assert _digests(tmp_path, "1") == first
    assert _digests(tmp_path, "4242") == first


@pytest.mark.slow
def test_another_seed_gives_other_bytes_and_still_passes(messy_run: Path, tmp_path: Path):
    first = Seal.read(messy_run / "seal.json").digests
    other = _digests(tmp_path, "0", "--seed", "12")
    assert not set(first.values()) & set(other.values())
    assert json.loads(max(tmp_path.glob("messy-*/verdict.json")).read_text())["outcome"] == "PASS"
