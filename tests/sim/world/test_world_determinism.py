"""The truth is a function of the scenario: not of the process, its hash seed, or where the run is cut off."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pyarrow as pa
from whole_worlds import simulate

from sim.scenario_file import load, resolve
from sim.truth import Truth
from sim.units import Duration

ROOT = Path(__file__).parents[3]


def digest(truth: Truth) -> str:
    sha = hashlib.sha256()
    for tables in (truth.facts, truth.reference):
        for name, table in tables.items():
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as stream:
                stream.write_table(table)
            sha.update(name.encode() + sink.getvalue().to_pybytes())
    return sha.hexdigest()


def test_the_same_scenario_gives_the_same_bytes_again(scenario, truth):
    assert digest(simulate(scenario)) == digest(truth)


def test_another_process_with_another_hash_seed_gives_the_same_bytes(scenario, truth, tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(resolve(scenario))
    assert load(file) == scenario
    printed = subprocess.run(
        [sys.executable, __file__, str(file)],
        env=os.environ | {"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip() == digest(truth)


def test_another_seed_gives_another_world(scenario, truth):
    assert digest(simulate(msgspec.structs.replace(scenario, seed=12))) != digest(truth)


def test_a_run_cut_short_is_the_beginning_of_the_longer_one(scenario, truth):
    short = simulate(msgspec.structs.replace(scenario, duration=Duration.parse("32 h")))
    assert short.facts["driver.location"].num_rows < truth.facts["driver.location"].num_rows
    for event_type, facts in short.facts.items():
        assert 0 < facts.num_rows <= truth.facts[event_type].num_rows
        assert facts.equals(truth.facts[event_type].slice(0, facts.num_rows)), event_type


def test_progress_rises_to_one(scenario):
    shares: list[float] = []
    simulate(scenario, shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == 1


if __name__ == "__main__":
    print(digest(simulate(load(Path(sys.argv[1])))))
