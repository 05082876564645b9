"""Lateness to the microsecond::

event_time 04:02      window ends 04:05                       allowed until 05:05
----|-------------------|-----------------------------------------|-------------> ingest_time
              -1  0  +1                                     -1  0  +1  (us)
         on_time on_time late                             late late too_late
"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from pipeline_messages import HOUR, HOUR_US, KEY, MINUTE, START, event, messages, scan, status, telemetry

from pipeline.stages.decode import decode
from pipeline.stages.windows import place

US = timedelta(microseconds=1)


def placed(at: datetime, ingest: datetime, allowed_us: int = HOUR_US) -> tuple[str, list[dict[str, object]]]:
    outputs = place(decode(messages([event(scan(), at=at)], ingest), 10**15, KEY)["valid"], allowed_us)
    return outputs["events"]["lateness"][0].as_py(), outputs["too_late"].to_pylist()


NEW_YEAR_1970 = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (START + 2 * MINUTE, START + 5 * MINUTE),
        (START, START + 5 * MINUTE),
        (START + 5 * MINUTE - US, START + 5 * MINUTE),
        (NEW_YEAR_1970 - 3 * MINUTE, NEW_YEAR_1970),
        (NEW_YEAR_1970 - 5 * MINUTE, NEW_YEAR_1970),
    ],
)
@pytest.mark.parametrize(
    ("behind_end", "lateness"),
    [
        (-US, "on_time"),
        (timedelta(0), "on_time"),
        (US, "late"),
        (HOUR - US, "late"),
        (HOUR, "late"),
        (HOUR + US, "too_late"),
    ],
)
def test_the_edges_are_exact(at: datetime, end: datetime, behind_end: timedelta, lateness: str) -> None:
    found, too_late = placed(at, end + behind_end)
    assert found == lateness
    assert len(too_late) == (lateness == "too_late")


@pytest.mark.parametrize(("edge", "lateness"), [(-US, "late"), (timedelta(0), "late"), (US, "too_late")])
def test_lateness_is_allowed_by_event_type(edge: timedelta, lateness: str) -> None:
    """Scans may be three hours late and telemetry not at all; all others one hour."""
    by_type = {"facility.scan": 3 * HOUR_US, "vehicle.telemetry": 0}
    for payload, allowed in ((scan(), 3 * HOUR), (status(), HOUR)):
        assert lateness_of(payload, allowed + edge, by_type) == lateness
    assert lateness_of(telemetry(), edge, by_type) == {"late": "on_time"}.get(lateness, lateness)


def lateness_of(payload: msgspec.Struct, behind_end: timedelta, by_type: dict[str, int]) -> str:
    """Of an event among others of other types, which must not matter."""
    values = [event(other, name) for name, other in (("a", scan()), ("b", payload), ("c", telemetry()))]
    rows = decode(messages(values, START + 5 * MINUTE + behind_end - US), 10**15, KEY)["valid"]
    return str(place(rows, HOUR_US, by_type)["events"]["lateness"][1].as_py())


def test_the_start_of_a_window_is_in_it_and_its_end_is_in_the_next() -> None:
    assert placed(START + 5 * MINUTE, START + 10 * MINUTE)[0] == "on_time"
    assert placed(START + 5 * MINUTE - US, START + 10 * MINUTE)[0] == "late"


def test_too_late_rows_say_by_how_much() -> None:
    _, rows = placed(START, START + 5 * MINUTE + HOUR + timedelta(seconds=90))
    assert rows[0]["window_end"] == START + 5 * MINUTE
    assert rows[0]["too_late_by_s"] == 90.0


def test_without_allowed_lateness_nothing_is_late() -> None:
    assert placed(START, START + 5 * MINUTE + US, allowed_us=0)[0] == "too_late"
