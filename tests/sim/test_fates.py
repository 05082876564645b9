"""What must become of a message, from the plan and the log's order alone."""

from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest

from sim.fates import WINDOW_US, fates
from sim.ledger import Body
from sim.producers.plan import Messages, body_code, type_code
from sim.rng import Randomness

S = 1_000_000
HOUR = 3600 * S
STATUS, SCAN = type_code("shipment.status.changed"), type_code("facility.scan")


def _decide(*rows: dict[str, int], lateness: int = HOUR, tolerance: int = 60 * S) -> list[dict[str, object]]:
    usual = {f.name: 0 for f in fields(Messages)} | {"event_type": SCAN, "fault": -1, "copy_of": -1}
    columns = {name: np.array([(usual | row)[name] for row in rows]) for name in usual}
    positions = pa.table({"partition": np.zeros(len(rows), np.int32), "offset": np.arange(len(rows))})
    return fates(
        Messages(**columns), positions, Randomness(1), allowed_lateness_us=lateness, future_tolerance_us=tolerance
    ).to_pylist()


def _one(decided: list[dict[str, object]], row: int) -> tuple[object, ...]:
    return tuple(decided[row].values())


@pytest.mark.parametrize(
    ("after_window_end", "fate"),
    [(-1, "clean"), (0, "clean"), (1, "late"), (HOUR - 1, "late"), (HOUR, "late"), (HOUR + 1, "too_late")],
)
def test_lateness_is_exact_at_its_borders(after_window_end, fate):
    r"""
    event        window end w                    w + allowed lateness
      |               |                                   |
    --*---------------]-----------------------------------]----------> arrival
      clean ..........]..late ............................]..too late
    """
    [row] = _decide({"event_time": 17 * S, "ingest_time": WINDOW_US + after_window_end})
    assert row["fate"] == fate


def test_an_event_on_a_window_border_belongs_to_the_window_that_begins_there():
    [row] = _decide({"event_time": WINDOW_US, "ingest_time": 2 * WINDOW_US})
    assert row["fate"] == "clean"


def test_the_first_to_arrive_is_kept_wherever_it_stands_in_the_plan():
    decided = _decide({"ingest_time": 9}, {"ingest_time": 5, "copy_of": 0})
    assert _one(decided, 0) == ("duplicate", None, 1, "event_id")
    assert _one(decided, 1) == ("clean", None, None, None)


def test_the_lower_offset_is_kept_of_two_that_arrive_together():
    decided = _decide({"ingest_time": 5}, {"ingest_time": 5, "copy_of": 0})
    assert [row["fate"] for row in decided] == ["clean", "duplicate"]


def test_the_same_id_with_another_body_is_refused():
    changed = body_code(Body.CHANGED)
    decided = _decide({"ingest_time": 5}, {"ingest_time": 6, "body": changed}, {"ingest_time": 7})
    assert [row["fate"] for row in decided] == ["clean", "rejected", "duplicate"]
    assert decided[1]["code"] == "conflicting_duplicate"


def test_a_status_under_a_new_id_is_a_duplicate_by_status():
    decided = _decide({"event_type": STATUS}, {"event_type": STATUS, "ingest_time": 3, "new_id": 1})
    assert _one(decided, 1) == ("duplicate", None, 0, "status")


def test_another_type_under_a_new_id_is_another_event():
    decided = _decide({}, {"ingest_time": 3, "new_id": 1})
    assert [row["fate"] for row in decided] == ["clean", "clean"]


def test_a_damaged_first_copy_leaves_the_place_to_the_second():
    decided = _decide({"body": body_code(Body.MALFORMED)}, {"ingest_time": 3, "copy_of": 0})
    assert decided[0]["fate"] == "rejected"
    assert decided[0]["code"] in {"bad_json", "bad_encoding"}
    assert decided[1]["fate"] == "clean"


def test_a_broken_type_is_refused_and_an_added_field_is_not():
    decided = _decide({"body": body_code(Body.BROKEN_TYPE)}, {"fact_row": 1, "body": body_code(Body.ADDED_FIELD)})
    assert (decided[0]["code"], decided[1]["fate"]) == ("wrong_type", "clean")


@pytest.mark.parametrize(("early_by", "code"), [(60 * S, None), (60 * S + 1, "event_from_future")])
def test_an_event_may_come_from_the_future_by_the_tolerance_and_no_more(early_by, code):
    [row] = _decide({"event_time": HOUR + early_by, "ingest_time": HOUR})
    assert row["code"] == code
