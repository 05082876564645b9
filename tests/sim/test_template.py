"""The scenario to start from: whatever stands in it as an example can be used as it stands."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

from sim.faults import Fault
from sim.scenario import Scenario
from sim.scenario_file import load
from sim.shipped import TEMPLATE

LINES = TEMPLATE.read_text(encoding="utf-8").splitlines()
EXAMPLE = re.compile(r"^( *)# (- \{|[a-z_]+: )")
EXAMPLES = [i for i, line in enumerate(LINES) if EXAMPLE.match(line)]


def with_examples(folder: Path, used: Sequence[int]) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text("\n".join(EXAMPLE.sub(r"\1\2", line) if i in used else line for i, line in enumerate(LINES)))
    return load(path)


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: LINES[line].strip(" #")[:40])
def test_each_example_can_be_used(tmp_path: Path, line: int) -> None:
    with_examples(tmp_path, [line])


def test_all_examples_can_be_used_together_and_show_every_fault(tmp_path: Path) -> None:
    scenario = with_examples(tmp_path, EXAMPLES)
    assert {type(fault) for fault in scenario.faults} == set(get_args(Fault))


def test_examples_are_defaults_unless_the_template_says_otherwise(tmp_path: Path) -> None:
    stand_alone = ("renamed:", "- {")
    defaults = [i for i in EXAMPLES if not LINES[i].strip(" #").startswith(stand_alone)]
    assert with_examples(tmp_path, defaults) == load(TEMPLATE)
