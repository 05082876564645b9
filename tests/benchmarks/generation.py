"""How many messages a second are generated into a log on disk with truth and ledger, and what that is next to SimPy.

Run: ``python tests/benchmarks/generation.py [SCENARIO]`` (metro-day), or with ``--days N`` to let it go on for longer.
Each figure is of a process of its own, the median of three. The peer is SimPy's bare kernel: as many events as the
world's kernel has, of processes that do nothing but wait, which no simulation on SimPy can be faster than.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import simpy

from sim.scenario import Scenario
from sim.scenario_file import load, resolve
from sim.shipped import find_scenario
from sim.units import Duration
from sim.world import kernel
from sim.world.cast import build_cast

PROCESSES = 1_000
ROUNDS = 3
DAY_US = 86_400_000_000


class Figure(NamedTuple):
    """Of one process: seconds on the wall and of all processors, and the most memory that it or a worker held."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def _kernel_events(scenario: Scenario) -> int:
    """How many events SimPy handles for a scenario."""
    made: list[simpy.Environment] = []

    class Counted(simpy.Environment):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    original, simpy.Environment = simpy.Environment, Counted
    try:
        for _ in kernel.slices(build_cast(scenario)):
            pass
    finally:
        simpy.Environment = original
    return int(next(made[0]._eid))


def _bare_kernel_s(events: int) -> float:
    environment = simpy.Environment()

    def waits() -> Generator[simpy.Event, object, None]:
        while True:
            yield environment.timeout(1)

    for _ in range(PROCESSES):
        environment.process(waits())
    begin = time.perf_counter()
    environment.run(events / PROCESSES)
    return time.perf_counter() - begin


def _generated(scenario: Path, workers: int) -> tuple[int, Figure]:
    with TemporaryDirectory(prefix="sim-benchmark-") as folder:
        out = Path(folder) / "out"
        command = [sys.executable, "-m", "sim", "generate", str(scenario), "--out", str(out), "--workers", f"{workers}"]
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        assert os.waitstatus_to_exitcode(status) == 0, told
    messages = int(told.split(" ", 1)[0].replace(",", ""))
    return messages, Figure(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _median(figures: list[Figure]) -> Figure:
    return sorted(figures)[len(figures) // 2]


def _longer(scenario: Scenario, days: int) -> Scenario:
    """The same world for so many days, with its demand all the time."""
    duration = Duration(days * DAY_US)
    return msgspec.structs.replace(
        scenario, duration=duration, demand=msgspec.structs.replace(scenario.demand, until=duration)
    )


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="metro-day")
    parser.add_argument("--days", type=int)
    given = parser.parse_args()
    scenario = load(find_scenario(given.scenario))
    if given.days:
        scenario = _longer(scenario, given.days)
    events = _kernel_events(scenario)
    bare_s = sorted(_bare_kernel_s(events) for _ in range(ROUNDS))[ROUNDS // 2]
    print(f"SimPy's bare kernel: {events:,} events in {bare_s:.2f} s, {events / bare_s:,.0f} a second")
    with TemporaryDirectory(prefix="sim-benchmark-") as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(resolve(scenario), encoding="utf-8")
        for workers in (1, 2):
            runs = [_generated(file, workers) for _ in range(ROUNDS)]
            messages, figure = runs[0][0], _median([figure for _, figure in runs])
            print(
                f"{workers} worker{'s' if workers > 1 else ''}: {messages:,} messages in {figure.wall_s:.1f} s, "
                f"{messages / figure.wall_s:,.0f} a second, {messages / figure.cpu_s:,.0f} a second and core; "
                f"{figure.wall_s / bare_s:.1f} times the bare kernel; peak {figure.peak_mib:,.0f} MiB"
            )


if __name__ == "__main__":
    main()
