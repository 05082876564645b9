"""What installs the project: lock files that fit pyproject.toml, and nothing that only this machine has."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {path.stem: path for path in (ROOT / "requirements").glob("*.lock")}


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", LOCKS[lock].read_text(encoding="utf-8"), re.MULTILINE))


def test_there_is_a_lock_for_the_local_install_and_for_each_extra() -> None:
    assert set(LOCKS) == {"local", *PROJECT["optional-dependencies"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_fit_what_is_asked_for(lock: str) -> None:
    pinned = pins(lock)
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"].get(lock, ())]:
        wanted = Requirement(line)
        found = pinned.get(canonicalize_name(wanted.name))
        assert found is not None, f"{wanted.name} is not in {lock}.lock; run: make lock"
        assert wanted.specifier.contains(found), f"{wanted} but {found} in {lock}.lock; run: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_holds_the_local_one_and_a_hash_for_each_package(lock: str) -> None:
    assert pins("local").items() <= pins(lock).items()
    entries = re.split(r"^(?=[a-z0-9-]+==)", LOCKS[lock].read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_local_install_has_no_cloud_dashboard_or_development_package() -> None:
    extras = [Requirement(line).name for lines in PROJECT["optional-dependencies"].values() for line in lines]
    both = {canonicalize_name(name) for name in extras} & set(pins("local"))
    assert both <= {"packaging"}, "packaging comes with Beam; our tests import it too, so they name it"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout: can't tell which files are committed")
def test_no_committed_file_names_this_machine_or_a_package_index() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    private = re.compile(
        r"--(extra-)?index-url|--find-links|--trusted-host|(?<![\w.\]}])/(home|root|Users|work|tmp)/\w"
    )
    for name in listed.split("\0"):
        path = ROOT / name
        if path.is_file() and "corpora" not in path.parts and path != Path(__file__):
            found = private.search(path.read_bytes().decode("utf-8", "replace"))
            assert not found, f"{name}: {found}"


_STAND_IN = """#!/bin/sh
if [ "$2" = venv ]; then
    rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python
    printf '#!/bin/sh\\necho "code of %s"\\n' "$PWD" > .venv/bin/sim && chmod +x .venv/bin/sim
fi
"""
"""A Python that makes environments without any package, whose `sim` says in which folder it was made."""


def demo(checkout: Path, python: Path) -> str:
    command = ["make", "-s", "demo", f"PYTHON={python}"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout


def test_a_copied_checkout_runs_its_own_code(tmp_path: Path) -> None:
    first, copy, python = tmp_path / "first", tmp_path / "a copy", tmp_path / "python"
    python.write_text(_STAND_IN)
    python.chmod(0o755)
    (first / "requirements").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements/local.lock"):
        shutil.copy(ROOT / name, first / name)
    assert "Installing" in demo(first, python)
    assert "Installing" not in demo(first, python)
    shutil.copytree(first, copy)
    told = demo(copy, python)
    assert "Installing" in told
    assert f"code of {copy}\n" in told
