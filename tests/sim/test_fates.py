"""What must become of a message, from the plan alone."""

from dataclasses import fields

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from plans_by_hand import journal, planned, with_producers

from pipeline.contract.rejections import Rejection
from sim.fates import WINDOW_US, fates
from sim.faults import ClockSkew, Corrupt, Delay, Drop, Duplicate, Offline, Poison, Replay, apply_all
from sim.ledger import FORMATS, Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import BODIES, Messages, Plan, body_code, type_code
from sim.scenario_parts.producers import CarrierFeed, DriverApp, HandScanner
from sim.units import Duration, Share
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES
from sim.wire.poison import AVRO_POISONS, POISONS

S = 1_000_000
HOUR = 3600 * S
STATUS, SCAN = type_code("shipment.status.changed"), type_code("facility.scan")
JSON, AVRO = (0,) * len(PRODUCERS), (1,) * len(PRODUCERS)
DETAILS = ("cut_short", "run_on", "not_utf8", "nested_too_deep", "huge_length", "battery")


def _plan(*rows: dict[str, object], formats: tuple[int, ...] = JSON) -> Plan:
    usual = {f.name: 0 for f in fields(Messages)} | {"event_type": SCAN, "detail": -1, "copy_of": -1, "key": -1}
    usual["dropped"] = False
    kinds = {"dropped": np.bool_, "luck": np.uint64}
    columns = {name: np.array([(usual | row)[name] for row in rows], kinds.get(name, np.int64)) for name in usual}
    return Plan({}, Messages(**columns), 0, HOUR, formats, details=DETAILS)


def _decide(*rows: dict[str, object], lateness: int = HOUR, tolerance: int = 60 * S, formats=JSON):
    plan = _plan(*rows, formats=formats)
    return fates(plan, allowed_lateness_us=lateness, future_tolerance_us=tolerance).to_pylist()


def _bad(body: Body, detail: str = "battery") -> dict[str, object]:
    return {"body": body_code(body), "detail": DETAILS.index(detail)}


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


def test_the_same_id_with_another_body_is_refused():
    changed = body_code(Body.CHANGED)
    decided = _decide({"ingest_time": 5}, {"ingest_time": 6, "body": changed}, {"ingest_time": 7})
    assert [row["fate"] for row in decided] == ["clean", "rejected", "duplicate"]
    assert decided[1]["code"] == "conflicting_duplicate"


def test_a_changed_copy_that_comes_first_makes_the_others_conflict():
    decided = _decide({"ingest_time": 6}, {"ingest_time": 5, "body": body_code(Body.CHANGED)})
    assert [row["fate"] for row in decided] == ["rejected", "clean"]


def test_a_status_under_a_new_id_is_a_duplicate_by_status():
    decided = _decide({"event_type": STATUS}, {"event_type": STATUS, "ingest_time": 3, "new_id": 1})
    assert _one(decided, 1) == ("duplicate", None, 0, "status")


def test_a_status_that_a_clock_records_at_another_time_is_another_status():
    decided = _decide({"event_type": STATUS}, {"event_type": STATUS, "ingest_time": 3, "new_id": 1, "event_time": 2})
    assert [row["fate"] for row in decided] == ["clean", "clean"]


def test_a_copy_of_a_duplicate_by_status_repeats_that_one():
    first, second = {"event_type": STATUS}, {"event_type": STATUS, "ingest_time": 3, "new_id": 1}
    decided = _decide(first, second, second | {"ingest_time": 9})
    assert _one(decided, 2) == ("duplicate", None, 1, "event_id")


def test_another_type_under_a_new_id_is_another_event():
    decided = _decide({}, {"ingest_time": 3, "new_id": 1})
    assert [row["fate"] for row in decided] == ["clean", "clean"]


def test_a_damaged_first_copy_leaves_the_place_to_the_second():
    decided = _decide(_bad(Body.MALFORMED, "not_utf8"), {"ingest_time": 3, "copy_of": 0})
    assert _one(decided, 0) == ("rejected", "bad_encoding", None, None)
    assert decided[1]["fate"] == "clean"


def test_what_got_lost_has_no_fate_and_leaves_the_place_to_the_next():
    decided = _decide({"dropped": True}, {"ingest_time": 3, "copy_of": 0}, {"ingest_time": 4, "copy_of": 0})
    assert _one(decided, 0) == (None, None, None, None)
    assert decided[1]["fate"] == "clean"
    assert _one(decided, 2) == ("duplicate", None, 1, "event_id")


@pytest.mark.parametrize(
    ("body", "detail", "in_json", "in_avro"),
    [
        (Body.BROKEN_TYPE, "battery", "wrong_type", "unknown_schema"),
        (Body.ADDED_FIELD, "battery", None, "unknown_schema"),
        (Body.MALFORMED, "cut_short", "bad_json", "bad_avro"),
    ],
)
def test_what_is_wrong_with_the_bytes_depends_on_the_format(body, detail, in_json, in_avro):
    for formats, code in ((JSON, in_json), (AVRO, in_avro)):
        [row] = _decide(_bad(body, detail), formats=formats)
        assert (row["fate"], row["code"]) == ("rejected" if code else "clean", code)


@pytest.mark.parametrize(
    ("body", "written", "damages"),
    [
        (Body.MALFORMED, 0, DAMAGES),
        (Body.MALFORMED, 1, AVRO_DAMAGES),
        (Body.POISONED, 0, POISONS),
        (Body.POISONED, 1, AVRO_POISONS),
    ],
)
def test_each_damage_and_poison_has_the_code_of_its_list(body, written, damages):
    names = tuple(damage.name for damage in damages)
    plan = _plan(*({"fact_row": n, "body": body_code(body), "detail": n} for n in range(len(names))))
    formats = (written,) * len(PRODUCERS)
    plan = Plan({}, plan.messages, 0, HOUR, formats, details=names)
    decided = fates(plan, allowed_lateness_us=HOUR, future_tolerance_us=0)
    assert decided["code"].to_pylist() == [damage.code.value for damage in damages]
    assert FORMATS[written] in ("json", "avro")


@pytest.mark.parametrize(("early_by", "code"), [(60 * S, None), (60 * S + 1, "event_from_future")])
def test_an_event_may_come_from_the_future_by_the_tolerance_and_no_more(early_by, code):
    [row] = _decide({"event_time": HOUR + early_by, "ingest_time": HOUR})
    assert row["code"] == code


def test_a_field_more_does_not_hide_that_an_event_is_from_the_future():
    [row] = _decide({"event_time": 2 * HOUR, "ingest_time": HOUR, **_bad(Body.ADDED_FIELD)})
    assert row["code"] == "event_from_future"


def test_a_refused_message_from_the_future_repeats_nothing():
    future = {"event_time": 2 * HOUR, "ingest_time": HOUR}
    decided = _decide(future, future | {"ingest_time": 3 * HOUR, "copy_of": 0})
    assert [row["fate"] for row in decided] == ["rejected", "late"]


def test_no_messages_have_no_fates():
    assert fates(_plan(), allowed_lateness_us=0, future_tolerance_us=0).num_rows == 0


_IN_WORDS = """
with m as (select *, row_number() over () - 1 as message from planned),
live as (select * from m where not dropped and refused is null),
by_id as (
    select message, first_value(message) over same_id as first_by_id, first_value(body) over same_id as first_body
    from live window same_id as (partition by event_type, luck, new_id order by ingest_time)),
by_status as (
    select message, first_value(message) over (partition by luck, event_time order by ingest_time) as first_by_status
    from live join by_id using (message) where message = first_by_id and event_type = {status})
select case
    when dropped then null
    when refused is not null then 'rejected'
    when message <> first_by_id and body <> first_body then 'rejected'
    when message <> coalesce(first_by_status, first_by_id) then 'duplicate'
    when ingest_time <= (event_time // 300000000 + 1) * 300000000 then 'clean'
    when ingest_time <= (event_time // 300000000 + 1) * 300000000 + {lateness} then 'late'
    else 'too_late' end as fate
from m left join by_id using (message) left join by_status using (message) order by message
"""


def test_a_plan_with_everything_in_it_is_decided_as_sql_would():
    app = DriverApp(lost_acknowledgement=Share(0.3), wrong_clock=Share(0.5))
    feed = CarrierFeed(file_every=Duration(HOUR), file_again=Share(0.5))
    one = with_producers(driver_app=app, carrier_feed=feed, hand_scanner=HandScanner(double_read=Share(0.3)))
    some = Share(0.3)
    faults = (
        Drop(share=some),
        Corrupt(share=some),
        Poison(share=some),
        ClockSkew(share=some, offset=Duration(HOUR)),
        Offline(share=Share(1.0), shortest=Duration(HOUR), longest=Duration(20 * HOUR)),
        Delay(share=some, longest=Duration(HOUR)),
        *(Duplicate(share=Share(0.6), copy=copy) for copy in ("same", "changed", "new_id")),
        Replay(after=Duration(8 * HOUR), until=Duration(20 * HOUR), at=Duration(24 * HOUR)),
    )
    cast, plan = planned(one, journal(per_hour=10))
    plan = apply_all(faults, plan, cast.rng)
    decided = fates(plan, allowed_lateness_us=4 * HOUR, future_tolerance_us=60 * S)
    messages = plan.messages
    bad = np.isin(messages.body, [BODIES.index(Body.MALFORMED), BODIES.index(Body.POISONED)])
    future = messages.event_time > messages.ingest_time + 60 * S
    names = ("event_type", "luck", "new_id", "event_time", "ingest_time", "body", "dropped")
    by_column = pa.table(
        {name: getattr(messages, name) for name in names}
        | {"refused": pa.array(np.where(bad | future, 1, 0), mask=~(bad | future))}
    )
    query = _IN_WORDS.format(status=STATUS, lateness=4 * HOUR)
    with duckdb.connect() as connection:
        connection.register("planned", by_column)
        expected = connection.sql(query).to_arrow_table()["fate"].to_pylist()
    assert decided["fate"].to_pylist() == expected
    assert {"clean", "late", "too_late", "duplicate", "rejected", None} == set(expected)
    codes = decided["code"].to_pylist()
    assert {code.value for code in (Rejection.EVENT_FROM_FUTURE, Rejection.CONFLICTING_DUPLICATE)} <= set(codes)
