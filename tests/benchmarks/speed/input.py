"""What the engines are measured on: a run of the benchmark's own scenario, made once for each size and kept.

Demand and fleet grow with the size, so that the mix of messages and faults is about the same at every size.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

import duckdb

_SCENARIO = Path(__file__).parent / "scenario.yaml"
_A_MILLION = 1_000_000
_SPARE = 1.1
"""The scenario is made for more messages than asked: what is left over is cut off."""


@dataclass(frozen=True)
class Input:
    """A log and the dimensions that belong to it."""

    log: Path
    reference: Path
    fates: dict[str, int]
    """How many messages there are of each fate, by the simulator's ledger."""

    @property
    def messages(self) -> int:
        """How many there are: about as many as asked."""
        return sum(self.fates.values())


def make_input(folder: Path, messages: int) -> Input:
    """The input of this size. What is there from an earlier time is used again."""
    run = folder / f"input-{messages}"
    if not (run / "seal.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        scenario = folder / f"scenario-{messages}.yaml"
        scenario.write_text(_filled_in(messages), encoding="utf-8")
        generate = [sys.executable, "-m", "sim", "generate", str(scenario), "--out", str(run), "--limit", str(messages)]
        subprocess.run(generate, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Input(run / "log", run / "truth" / "reference", _fates(run / "ledger" / "messages.parquet"))


def _fates(ledger: Path) -> dict[str, int]:
    select = "SELECT fate, count(*) FROM read_parquet(?) GROUP BY fate ORDER BY fate"
    return dict(duckdb.connect().execute(select, [str(ledger)]).fetchall())


def _filled_in(messages: int) -> str:
    size = messages / _A_MILLION * _SPARE
    drivers = max(1, round(60 * size))
    values = {
        "SHIPMENTS": max(20, round(1_800 * size)),
        "DRIVERS": drivers,
        "VANS": max(1, round(0.9 * drivers)),
        "DOCKS": max(4, round(24 * size)),
        "PINGS": 50,
    }
    return Template(_SCENARIO.read_text(encoding="utf-8")).substitute(values)
