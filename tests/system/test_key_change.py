"""A run in which the token key changes half-way: it passes with its keys, and with no others."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from sim.checks.run_checks import check_run
from sim.errors import UsageError
from sim.expected.tokens import TokenKey
from sim.run import check, run
from sim.run_folder import RunFolder
from sim.scenario_file import load

pytestmark = pytest.mark.slow

SCENARIO = Path(__file__).parents[2] / "scenarios" / "hello.yaml"
OLD, NEW = "old 0123456789abcdef-old", "new fedcba9876543210-new from {}"
TOKEN = r"tok_(?:name|phone|email)_(old|new)_[0-9a-f]{32}"


@pytest.fixture(scope="module")
def half_way() -> str:
    """A time half-way through the scenario, as it stands in a key file."""
    scenario = load(SCENARIO)
    return (scenario.start + timedelta(microseconds=scenario.duration.us // 2)).isoformat()


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("keys") / "keys"
    path.touch(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SIM_PII_KEY", raising=False)
        patch.setenv("SIM_PII_KEY_FILE", str(path))
        yield path


@pytest.fixture
def key_file(shared_file: Path, half_way: str) -> Path:
    """The keys that the run was made with."""
    shared_file.write_text(f"{OLD}\n{NEW.format(half_way)}\n")
    return shared_file


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, shared_file: Path, half_way: str) -> RunFolder:
    """A run that is not changed by the tests."""
    shared_file.write_text(f"{OLD}\n{NEW.format(half_way)}\n")
    runs = tmp_path_factory.mktemp("runs")
    verdict = run(load(SCENARIO), runs, None, lambda _: None)
    assert verdict.outcome == "PASS", verdict.reason
    return RunFolder(runs / verdict.run)


def test_tokens_name_the_key_that_was_in_force_on_arrival(finished: RunFolder, half_way: str) -> None:
    with duckdb.connect(finished.database, read_only=True) as connection:
        rows = connection.execute(
            f"select payload, ingest_time < timestamptz '{half_way}' from clean.events where payload like '%tok_%'"
        ).fetchall()
    assert {before for _, before in rows} == {True, False}
    for payload, before in rows:
        assert set(re.findall(TOKEN, payload)) == {"old" if before else "new"}
    assert finished.read_record().token_keys.keys() == {"old", "new"}


@pytest.mark.parametrize(
    "content",
    [
        OLD,
        f"{OLD}\nnew another-key-of-new-1 from 2026-03-02T06:00:00Z",
        f"{OLD}\nnew fedcba9876543210-new from 1999-03-02T06:00:00Z",
    ],
)
def test_a_check_with_other_keys_is_refused(finished: RunFolder, key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(UsageError, match="run was made with"):
        check(finished.path)


def test_a_third_key_that_came_later_changes_nothing(finished: RunFolder, key_file: Path) -> None:
    key_file.write_text(f"{key_file.read_text()}newest a-key-that-is-long-enough from 2199-01-01T00:00:00Z\n")
    assert check(finished.path).outcome == "PASS"


def test_tokens_by_another_time_or_key_are_corrupted(finished: RunFolder) -> None:
    old = TokenKey("old", b"0123456789abcdef-old")
    scenario, record = load(finished.scenario), finished.read_record()
    for wrong in ((old,), (old, TokenKey("new", b"fedcba9876543210-new", 1)), (old, TokenKey("new", b"x" * 16, 1))):
        verdict = check_run(finished, record, scenario, wrong)
        assert verdict.outcome == "FAIL"
        found = [finding for one in verdict.checks for finding in one.findings]
        ids_too = {("corrupted", "ops.runs")} if len(wrong) == 1 else set()
        assert {(finding.kind.value, finding.table) for finding in found} == {("corrupted", "clean.events")} | ids_too
