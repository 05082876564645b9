"""What is generated from the contract and committed, the page too, is what the contract says."""

from pathlib import Path

import pytest

from pipeline.contract import generated_files
from pipeline.contract.__main__ import main
from pipeline.contract.compat.rules import MEND, Rule
from pipeline.contract.docs import contract_page
from pipeline.contract.generated_files import CHECKOUT, FOLDER, all_files
from pipeline.contract.rejections import MEANING, Rejection

STALE = "run: python -m pipeline.contract all"


@pytest.mark.parametrize("name", all_files(), ids=str)
def test_each_committed_file_is_current(name: Path) -> None:
    committed = CHECKOUT / name
    assert committed.exists(), STALE
    assert committed.read_bytes().decode() == all_files()[name], STALE


def test_nothing_else_lies_where_files_are_generated() -> None:
    found = {path.relative_to(CHECKOUT) for path in (CHECKOUT / FOLDER).rglob("*") if path.is_file()}
    assert found <= all_files().keys(), "the contract no longer has these: remove them"


def test_a_stale_file_would_be_seen(tmp_path: Path) -> None:
    """The command writes the very files that are compared, so it mends what a test finds."""
    assert main(["all", str(tmp_path)]) == 0
    written = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == all_files()


@pytest.mark.parametrize("kind", generated_files.KINDS)
def test_each_kind_can_be_written_alone(kind: str, tmp_path: Path) -> None:
    assert main([kind, str(tmp_path / "new")]) == 0
    written = {path.name: path.read_text() for path in (tmp_path / "new").iterdir()}
    assert written == generated_files.KINDS[kind]()


def test_the_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    assert capsys.readouterr().out == contract_page()


def test_the_page_shows_versions_ranges_and_personal_data() -> None:
    page = contract_page()
    assert "### `vehicle.telemetry` version 2" in page
    assert "| `battery_pct` | number | no | at least 0, at most 100 |  |" in page
    assert "| `geo.lat` | number | yes | at least -90, at most 90 |  |" in page
    assert "| `recipient_email` | text | yes | 0 to 254 characters | email |" in page
    assert "BigQuery has a partition for each day of `event_time`." in page


def test_every_code_and_every_rule_has_its_sentence() -> None:
    assert set(MEANING) == set(Rejection)
    assert set(MEND) == set(Rule)
    assert all(f"| `{word}` |" in contract_page() for word in (*Rejection, *Rule))
