"""The engines: each a command that does the whole job in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

from speed.job import SECRET, Job

_US_PER_S = 1_000_000


class Engine(NamedTuple):
    """How one way to do the job is called in the table, and the command that does it."""

    title: str
    command: Callable[[Job], list[str]]


def _pipeline(job: Job) -> list[str]:
    return [
        *(sys.executable, "-m", "pipeline", "run", "--log", job.log, "--reference", job.reference),
        *("--warehouse", job.out),
        *("--allowed-lateness", str(job.allowed_lateness_us / _US_PER_S)),
        *("--future-tolerance", str(job.future_tolerance_us / _US_PER_S)),
        *("--dedupe-ttl", str(job.dedupe_ttl_us / _US_PER_S)),
    ]


def _module(name: str, *words: str) -> Callable[[Job], list[str]]:
    return lambda job: [sys.executable, "-m", f"speed.{name}", *words, job.text]


ENGINES = {
    "pipeline": Engine("the pipeline", _pipeline),
    "duckdb": Engine("DuckDB SQL", _module("in_duckdb", "copy")),
    "duckdb-isal": Engine("DuckDB SQL, gzip by ISA-L", _module("in_duckdb", "lines")),
    "polars": Engine("Polars", _module("in_polars")),
    "idiomatic": Engine("Beam, a dict per element", _module("in_beam")),
}
"""By the name to ask for; the first is compared with each other one."""

ENVIRONMENT = {"SIM_PII_KEY": SECRET.hex()}
