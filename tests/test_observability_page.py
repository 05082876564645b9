"""The page on what the pipeline says has every metric, every rate, every bucket and every field of the log."""

import re
from pathlib import Path

import pytest

from pipeline.contract.tables import HEALTH
from pipeline.marts import select
from pipeline.stages.measures import LAG_BOUNDS_S, MEASURES
from pipeline.structured_log import FIELDS

PAGE = Path(__file__).parents[1].joinpath("docs", "observability.md").read_text(encoding="utf-8")


def test_the_page_has_every_measure_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| ", PAGE, re.MULTILINE)
    assert rows == [(one.stage, one.metric) for one in MEASURES]


def test_the_page_has_every_rate() -> None:
    rates = set(re.findall(r"^SELECT '(\w+)'", select(HEALTH), re.MULTILINE))
    assert len(rates) == 6
    assert all(f"`{rate}`" in PAGE for rate in rates)


def test_the_page_has_every_bucket() -> None:
    *bounds, last = map(str, LAG_BOUNDS_S)
    assert f"The buckets end at {', '.join(bounds)} and {last} seconds" in PAGE


@pytest.mark.parametrize("field", [*FIELDS, "time", "severity", "message", "logger", "error"])
def test_the_page_has_every_field_of_the_log(field: str) -> None:
    log = PAGE.partition("\n## The log\n")[2]
    assert re.search(rf"^\| [^|]*`{field}`", log, re.MULTILINE)
