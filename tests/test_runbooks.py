"""Runbooks and examples say what is there: each command and question is run, and must say what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
RUNBOOKS = sorted(DOCS.joinpath("runbooks").glob("*-*.md"))
PAGES = [*RUNBOOKS, DOCS / "pipeline.md"]
BLOCK = re.compile(r"^```(console|sql|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "---- end of step ----"
SHELL = f"""
python() {{ {shlex.quote(sys.executable)} "$@"; }}
sim() {{ python -m sim "$@"; }}
ask() {{ python -c "import duckdb, sys
for row in duckdb.connect(sys.argv[1] + '/warehouse.duckdb', read_only=True).sql(sys.argv[2]).fetchall():
    print(*row)" "$@"; }}
"""
"""The words that a page uses, as they are here."""


@dataclass(frozen=True)
class Step:
    """A command, and the lines that it must give, in their order; ``…`` stands for anything."""

    command: str
    says: tuple[str, ...]


def steps(page: str) -> list[Step]:
    """All commands of a page, and its questions as commands."""
    found: list[Step] = []
    question = ""
    for kind, content in BLOCK.findall(page):
        if kind == "text" and question:
            found[-1] = Step(question, tuple(content.splitlines()))
        question = ""
        if kind == "console":
            found += [
                Step(command, tuple(says.splitlines()))
                for command, _, says in (part.partition("\n") for part in ("\n" + content).split("\n$ ")[1:])
            ]
        elif kind == "sql":
            warehouse = content.partition("-- of ")[2].partition("\n")[0] or "warehouse"
            question = f"ask {warehouse} {shlex.quote(content)}"
            found.append(Step(question, ()))
    return found


def said(steps: list[Step], folder: Path) -> list[str]:
    """What each command gives, run one after the other in one shell."""
    script = SHELL + "".join(f"\n{step.command}\nstatus=$?; echo '{MARK}'; (exit $status)\n" for step in steps)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIM_")}
    done = subprocess.run(
        ["bash", "-c", script], check=False, cwd=folder, env=environment, capture_output=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    return done.stdout.split(f"{MARK}\n")[:-1]


def is_said(line: str, text: str) -> bool:
    pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
    return re.search(pattern, text) is not None


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_its_commands_say(page: Path, tmp_path: Path) -> None:
    told = steps(page.read_text(encoding="utf-8"))
    heard = said(told, tmp_path)
    assert len(heard) == len(told) > 5
    for step, text in zip(told, heard, strict=True):
        assert "Traceback" not in text, text
        for line in step.says:
            assert any(is_said(line, one) for one in text.splitlines()), f"{step.command}\n{line}\n---\n{text}"


def test_steps_are_found_and_wildcards_match() -> None:
    page = (
        "```console\n$ a b\nx…z\n$ c\n```\n\n```sql\n-- of w\nSELECT 1\n```\n\n```text\n1\n```\n\n```text\nshown\n```\n"
    )
    assert steps(page) == [
        Step("a b", ("x…z",)),
        Step("c", ()),
        Step("ask w '-- of w\nSELECT 1\n'", ("1",)),
    ]
    assert is_said("x…z", "x y z")
    assert not is_said("x…z", "z y x")


def test_there_are_runbooks_for_the_failures_that_users_meet_first() -> None:
    assert {page.stem for page in RUNBOOKS} == {"disk-full", "key-missing", "schema-broken"}
