"""What must become of a message, from the plan alone."""

from dataclasses import fields

import numpy as np
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
TTL = 99 * HOUR
STATUS, SCAN = type_code("shipment.status.changed"), type_code("facility.scan")
JSON, AVRO = (0,) * len(PRODUCERS), (1,) * len(PRODUCERS)
DETAILS = ("cut_short", "run_on", "not_utf8", "nested_too_deep", "huge_length", "battery")


def _plan(*rows: dict[str, object], formats: tuple[int, ...] = JSON) -> Plan:
    usual = {f.name: 0 for f in fields(Messages)} | {"event_type": SCAN, "detail": -1, "copy_of": -1, "key": -1}
    usual["dropped"] = False
    kinds = {"dropped": np.bool_, "luck": np.uint64}
    columns = {name: np.array([(usual | row)[name] for row in rows], kinds.get(name, np.int64)) for name in usual}
    return Plan({}, Messages(**columns), 0, HOUR, formats, details=DETAILS)


def _decide(*rows: dict[str, object], lateness: int = HOUR, tolerance: int = 60 * S, ttl: int = TTL, formats=JSON):
    plan = _plan(*rows, formats=formats)
    decided = fates(plan, allowed_lateness_us=lateness, future_tolerance_us=tolerance, dedupe_ttl_us=ttl)
    return decided.to_pylist()


def _bad(body: Body, detail: str = "battery") -> dict[str, object]:
    return {"body": body_code(body), "detail": DETAILS.index(detail)}


def _one(decided: list[dict[str, object]], row: int) -> tuple[object, ...]:
    return tuple(decided[row].values())


def test_lateness_may_be_another_for_an_event_type():
    rows = [{"event_type": code, "ingest_time": WINDOW_US + HOUR} for code in (SCAN, STATUS)]
    terms = {"allowed_lateness_us": HOUR, "future_tolerance_us": 0, "dedupe_ttl_us": TTL}
    decided = fates(_plan(*rows), **terms, lateness_us_by_type={"facility.scan": HOUR - 1})
    assert decided["fate"].to_pylist() == ["too_late", "late"]


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
    decided = fates(plan, allowed_lateness_us=HOUR, future_tolerance_us=0, dedupe_ttl_us=TTL)
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
    assert _decide() == []


@pytest.mark.parametrize(("after", "fate"), [(TTL - 1, "duplicate"), (TTL, "duplicate"), (TTL + 1, "too_late")])
def test_a_copy_is_known_for_one_as_long_as_its_first_is_remembered(after, fate):
    assert _decide({"ingest_time": 5}, {"ingest_time": 5 + after})[1]["fate"] == fate


def test_what_comes_again_after_it_was_forgotten_is_remembered_from_then_on():
    """
    arrival   0     6  10  11       20 21    23
              first |  |   first    |  |     first (forgotten 10 after 11)
                    copies of 0     copies of 11
    """
    times = (0, 6, 10, 11, 20, 21, 23)
    decided = _decide(*({"ingest_time": time} for time in times), ttl=10)
    assert [row["kept_row"] for row in decided] == [None, 0, 0, None, 3, 3, None]


def test_each_key_is_forgotten_by_its_own_first():
    decided = _decide({"ingest_time": 0}, {"ingest_time": 8, "fact_row": 1}, {"ingest_time": 11, "fact_row": 1}, ttl=10)
    assert [row["kept_row"] for row in decided] == [None, None, 1]


def test_a_conflict_is_with_what_is_remembered_and_is_not_remembered_itself():
    changed = {"body": body_code(Body.CHANGED)}
    decided = _decide({"ingest_time": 0}, changed | {"ingest_time": 6}, changed | {"ingest_time": 12}, ttl=10)
    assert [row["code"] for row in decided] == [None, "conflicting_duplicate", None]
    assert decided[2]["fate"] == "clean"


def test_a_status_is_forgotten_as_an_id_is():
    def told(moment, new_id):
        return {"event_type": STATUS, "ingest_time": moment, "new_id": new_id}

    decided = _decide(told(0, 0), told(6, 1), told(11, 2), told(14, 0), ttl=10)
    assert [(row["kept_row"], row["matched_on"]) for row in decided] == [
        (None, None),
        (0, "status"),
        (None, None),
        (2, "status"),
    ]


def _by_hand(messages: Messages, refused, lateness: int, ttl: int) -> list[str | None]:
    """One message after the other, with a memory."""
    decided: list[str | None] = [None] * len(messages)
    ids: dict[tuple[int, ...], int] = {}
    statuses: dict[tuple[int, ...], int] = {}

    def remembered(memory, key, row):
        first = memory.get(key)
        if first is None or messages.ingest_time[row] - messages.ingest_time[first] > ttl:
            memory[key] = first = row
        return first

    for row in np.argsort(messages.ingest_time, kind="stable"):
        if messages.dropped[row] or refused[row]:
            decided[row] = None if messages.dropped[row] else "rejected"
            continue
        kind, luck, id_, when, arrived = (
            int(getattr(messages, name)[row]) for name in ("event_type", "luck", "new_id", "event_time", "ingest_time")
        )
        first = remembered(ids, (kind, luck, id_), row)
        if first != row:
            decided[row] = "duplicate" if messages.body[row] == messages.body[first] else "rejected"
        elif kind == STATUS and remembered(statuses, (luck, when), row) != row:
            decided[row] = "duplicate"
        else:
            behind = arrived - (when // WINDOW_US + 1) * WINDOW_US
            decided[row] = "clean" if behind <= 0 else "late" if behind <= lateness else "too_late"
    return decided


@pytest.mark.parametrize("ttl", [99 * HOUR, 2 * HOUR, 60 * S, 0])
def test_a_plan_with_everything_in_it_is_decided_as_one_by_one(ttl):
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
    decided = fates(plan, allowed_lateness_us=4 * HOUR, future_tolerance_us=60 * S, dedupe_ttl_us=ttl)
    messages = plan.messages
    bad = np.isin(messages.body, [BODIES.index(Body.MALFORMED), BODIES.index(Body.POISONED)])
    future = messages.event_time > messages.ingest_time + 60 * S
    expected = _by_hand(messages, bad | future, 4 * HOUR, ttl)
    assert decided["fate"].to_pylist() == expected
    assert {"clean", "late", "too_late", "rejected", None} <= set(expected)
    assert ("duplicate" in expected) == bool(ttl)
    codes = decided["code"].to_pylist()
    assert Rejection.EVENT_FROM_FUTURE.value in codes
    assert (Rejection.CONFLICTING_DUPLICATE.value in codes) == bool(ttl)
