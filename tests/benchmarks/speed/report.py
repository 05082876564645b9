"""The figures in words and columns: a table of engines, and where the pipeline's time goes."""

from __future__ import annotations

import json
import os
import platform
import pstats
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from apache_beam.version import __version__ as beam_version

from speed.engines import ENGINES, ENVIRONMENT
from speed.measure import Figure

_LIMITS = ("duckdb", "duckdb-isal")
_FUNCTIONS_SHOWN = 40


def table(messages: int, figures: Mapping[str, Figure]) -> str:
    """A line for each engine. Ratios are of the time on the wall: how many times another engine's an engine takes."""
    limit = min((figures[title].wall_s for title in map(_title, _LIMITS) if title in figures), default=None)
    idiomatic = figures.get(_title("idiomatic"))
    lines = [
        f"{os.cpu_count()} processors, Python {platform.python_version()}, DuckDB "
        f"{duckdb.__version__}, Beam {beam_version}",
        f"{'engine':<28}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'messages/s':>12}{'x DuckDB':>10}{'idiomatic':>11}",
    ]
    for title, figure in figures.items():
        ratio = f"{figure.wall_s / limit:.2f}" if limit else "-"
        faster = f"{idiomatic.wall_s / figure.wall_s:.1f}x" if idiomatic else "-"
        lines.append(
            f"{title:<28}{figure.wall_s:>9.2f}{figure.cpu_s:>9.2f}{figure.peak_mib:>10,.0f}"
            f"{messages / figure.wall_s:>12,.0f}{ratio:>10}{faster:>11}"
        )
    return "\n".join([*lines, "x DuckDB: wall time over the faster DuckDB's; idiomatic: how many times as fast as it"])


def _title(name: str) -> str:
    return ENGINES[name].title


def stages(said: Mapping[str, str], warehouse: Path) -> str:
    """Seconds by stage: of the pipeline as it recorded them itself, of the others as they printed them."""
    lines = [f"{_title(name)}, s: {_worded(json.loads(text))}" for name, text in said.items() if text.startswith("{")]
    if "pipeline" in said:
        lines.insert(0, f"{_title('pipeline')}, s of all workers: {_worded(_recorded(warehouse))}")
    return "\n".join(lines)


def _recorded(warehouse: Path) -> dict[str, float]:
    connection = duckdb.connect(str(warehouse / "warehouse.duckdb"), read_only=True)
    row = connection.execute("SELECT stage_seconds FROM ops.runs WHERE command = 'run'").fetchone()
    return dict(json.loads(row[0])) if row else {}


def _worded(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in sorted(seconds.items(), key=lambda pair: -pair[1]))


def profile(command: Sequence[str]) -> str:
    """Run a Python module's command under cProfile; gives the functions that took most themselves.

    Only of the command's own process; and measuring makes small functions look slower than they are.
    """
    with TemporaryDirectory() as folder:
        stats = Path(folder, "stats")
        profiled = [sys.executable, "-m", "cProfile", "-o", str(stats), *command[1:]]
        environment = os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run(profiled, env=environment, check=True)
        out = StringIO()
        pstats.Stats(str(stats), stream=out).sort_stats("tottime").print_stats(_FUNCTIONS_SHOWN)
    return out.getvalue()
