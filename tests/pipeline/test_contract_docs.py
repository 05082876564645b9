"""The page about the contract is what the contract says."""

from pathlib import Path

from pipeline.contract.docs import contract_page

PAGE = Path(__file__).parents[2] / "docs" / "data-contracts.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == contract_page(), (
        "run: python -m pipeline.contract docs > docs/data-contracts.md"
    )


def test_the_page_shows_versions_ranges_and_personal_data() -> None:
    page = contract_page()
    assert "### `vehicle.telemetry` version 2" in page
    assert "| `battery_pct` | number | no | at least 0, at most 100 |  |" in page
    assert "| `geo.lat` | number | yes | at least -90, at most 90 |  |" in page
    assert "| `recipient_email` | text | yes | 0 to 254 characters | email |" in page
