"""How fast the pipeline does its whole job, beside other engines that do the same on the same files.

Run: ``python tests/benchmarks/pipeline_speed.py --messages 1000000``. The job: decode and validate, reject with a code,
find copies by both keys and conflicts, enrich as of event time, tokenise per tenant, and write raw as gzip JSON lines
by type and day, the clean tables as Parquet, and the KPIs. All from a log on disk, which has every kind of fault.

Each engine has a process of its own, its figures are medians of interleaved rounds, and all must agree on every row:
if they don't, the rows are told and the status is 1. What each leaves out is said in its module, in ``speed/``.
"""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from speed.agree import differences
from speed.engines import ENGINES, ENVIRONMENT
from speed.input import make_input
from speed.job import Job
from speed.measure import Figure, measure, middle
from speed.report import profile, stages, table

_SLOWEST_MESSAGES_MAX = 2_000_000
"""With more, the engine of one dict per element is left out: ten million take it a good part of an hour."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 if all engines made the same rows."""
    asked = _asked(given)
    with TemporaryDirectory(prefix="pipeline-speed-") as temporary:
        folder = asked.folder or Path(temporary)
        made = make_input(folder, asked.messages)
        job = Job(str(made.log), str(made.reference), "")
        figures, said = _rounds(asked, job, folder)
        print(f"{made.messages:,} messages: " + ", ".join(f"{fate} {count:,}" for fate, count in made.fates.items()))
        print(table(made.messages, {ENGINES[name].title: middle(found) for name, found in figures.items()}))
        print(stages(said, folder / "out" / "pipeline"))
        found = differences({name: folder / "out" / name for name in figures})
        if asked.profile:
            print(profile(ENGINES["pipeline"].command(_fresh(job, folder / "out" / "profiled"))))
    print("\n".join(found) if found else f"agree: {', '.join(figures)} made the same rows")
    return 1 if found else 0


def _asked(given: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000, metavar="N", help="size of the input")
    parser.add_argument("--rounds", type=int, metavar="N", help="default 3, from two million messages on 1")
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=ENGINES,
        metavar="NAME",
        help=f"beside the pipeline; default all: {', '.join(ENGINES)}",
    )
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep input and tables here, and use the input again"
    )
    parser.add_argument("--profile", action="store_true", help="tell where the pipeline's time goes by function")
    asked = parser.parse_args(given)
    large = asked.messages > _SLOWEST_MESSAGES_MAX
    asked.rounds = asked.rounds or (1 if large else 3)
    every = [name for name in ENGINES if not (large and name == "idiomatic")]
    asked.engines = list(dict.fromkeys(["pipeline", *(asked.engines or every)]))
    return asked


def _rounds(asked: Namespace, job: Job, folder: Path) -> tuple[dict[str, list[Figure]], dict[str, str]]:
    """Each engine's figures, and what it said in the last round."""
    figures: dict[str, list[Figure]] = {name: [] for name in asked.engines}
    said: dict[str, str] = {}
    for number in range(asked.rounds):
        for name in asked.engines:
            print(f"round {number + 1}: {name}", file=sys.stderr, flush=True)
            command = ENGINES[name].command(_fresh(job, folder / "out" / name))
            figure, said[name] = measure(command, ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(sys.path)})
            figures[name].append(figure)
    return figures, said


def _fresh(job: Job, out: Path) -> Job:
    """The job with an empty folder to write into."""
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    return Job(job.log, job.reference, str(out))


if __name__ == "__main__":
    sys.exit(main())
