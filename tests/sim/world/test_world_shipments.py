"""Parcels move by the rules: nothing is delivered before it is picked up, and nothing is in two places."""

from collections import defaultdict
from itertools import pairwise

import pytest

NEXT = {
    None: {"created"},
    "created": {"picked_up"},
    "picked_up": {"in_transit"},
    "in_transit": {"in_transit", "out_for_delivery", "returned"},
    "out_for_delivery": {"delivered", "exception", "out_for_delivery"},
    "exception": {"out_for_delivery", "in_transit", "returned"},
    "returned": set(),
    "delivered": set(),
}


def _by_shipment(table):
    lives = defaultdict(list)
    for row in table.to_pylist():
        lives[row["shipment_id"]].append(row)
    return lives


@pytest.fixture(scope="module")
def lives(truth):
    return _by_shipment(truth.facts["shipment.status.changed"])


@pytest.fixture(scope="module")
def orders(truth):
    return {row["shipment_id"]: row for row in truth.facts["shipment.created"].to_pylist()}


def test_the_run_shows_every_status_and_reason(lives):
    rows = [row for life in lives.values() for row in life]
    assert {row["status"] for row in rows} == set(NEXT) - {None, "returned"}
    assert {row["reason"] for row in rows} == {
        None, "nobody_home", "address_not_found", "refused", "damaged", "returned",
    }  # fmt: skip


def test_statuses_follow_each_other_legally_and_strictly_in_time(lives, orders):
    assert set(lives) == set(orders)
    for life in lives.values():
        statuses = [None, *("returned" if row["reason"] == "returned" else row["status"] for row in life)]
        assert all(after in NEXT[before] for before, after in pairwise(statuses)), statuses
        assert all(a["event_time"] < b["event_time"] for a, b in pairwise(life))


def test_an_order_and_its_first_status_are_one_moment(lives, orders):
    for shipment, life in lives.items():
        assert life[0]["event_time"] == orders[shipment]["event_time"]
        assert life[0]["facility_id"] == orders[shipment]["origin_facility_id"]


def test_origin_and_destination_differ_and_deliveries_happen_at_the_destination(lives, orders):
    for shipment, life in lives.items():
        order = orders[shipment]
        assert order["origin_facility_id"] != order["destination_facility_id"]
        for row in life:
            if row["reason"] == "returned":
                assert row["facility_id"] == order["origin_facility_id"]
            elif row["status"] in ("out_for_delivery", "delivered", "exception"):
                assert row["facility_id"] == order["destination_facility_id"]


def test_linehaul_follows_the_route_and_names_the_lanes_carrier(lives, orders):
    carrier = {"NORTH": "NORD", "WEST": "SUED", "SOUTH": "SUED"}
    for shipment, life in lives.items():
        ends = orders[shipment]["origin_facility_id"], orders[shipment]["destination_facility_id"]
        legs = [row for row in life if row["status"] == "in_transit"]
        assert [row["facility_id"] for row in legs] == [ends[0], "HUB", ends[1], "HUB"][: len(legs)]
        assert [row["carrier_code"] for row in legs] == [carrier[end] for end in (*ends, *ends[::-1])][: len(legs)]
        assert all(row["eta"] > row["event_time"] for row in legs[:2])


def test_who_was_never_at_home_has_the_parcel_sent_back_over_the_lanes(lives, scenario):
    back = [life for life in lives.values() if sum(row["status"] == "in_transit" for row in life) == 4]
    assert back
    for life in back:
        failed = [row for row in life if row["status"] == "exception" and row["reason"] != "returned"]
        assert len(failed) == scenario.fleet.max_attempts
        assert all(row["eta"] is None for row in life if row["event_time"] > failed[-1]["event_time"])
    assert any(life[-1]["reason"] == "returned" for life in back)


def test_attempts_count_up_to_the_last_which_ends_in_a_return(lives, scenario):
    last = scenario.fleet.max_attempts
    for life in lives.values():
        tried = list(dict.fromkeys(row["attempt"] for row in life if row["status"] == "out_for_delivery"))
        assert tried == list(range(1, len(tried) + 1))
        assert len(tried) <= last
        for before, row in pairwise(life):
            if row["reason"] == "returned":
                assert row["attempt"] == last
                assert row is life[-1]
            elif row["status"] in ("delivered", "exception"):
                assert row["attempt"] == before["attempt"]
            elif row["status"] != "out_for_delivery":
                assert row["attempt"] is None


def test_failed_attempts_come_at_their_share(lives, scenario):
    ends = [row for life in lives.values() for row in life if row["status"] in ("delivered", "exception")]
    doors = [row for row in ends if row["reason"] != "returned"]
    failed = sum(row["status"] == "exception" for row in doors) / len(doors)
    assert failed == pytest.approx(scenario.fleet.failed_attempt.of_one, abs=0.06)


def test_scans_alternate_between_in_and_out_of_the_same_facility(truth, orders):
    for shipment, scans in _by_shipment(truth.facts["facility.scan"]).items():
        assert [s["scan_type"] for s in scans] == (["arrival", "departure"] * len(scans))[: len(scans)]
        assert scans[0]["facility_id"] == orders[shipment]["origin_facility_id"]
        for arrival, departure in zip(scans[::2], scans[1::2], strict=False):
            assert arrival["facility_id"] == departure["facility_id"]
        assert all(a["event_time"] < b["event_time"] for a, b in pairwise(scans))


def test_a_parcel_is_scanned_out_before_it_leaves_and_in_only_after_pick_up(truth, lives):
    scans = _by_shipment(truth.facts["facility.scan"])
    for shipment, life in lives.items():
        moves = [row for row in life if row["status"] in ("in_transit", "out_for_delivery")]
        out = [scan for scan in scans[shipment] if scan["scan_type"] == "departure"]
        assert len(moves) <= len(out) <= len(moves) + 1  # the run may end between scan and departure
        for move, scan in zip(moves, out, strict=False):
            assert scan["facility_id"] == move["facility_id"]
            assert scan["event_time"] <= move["event_time"]
        if scans[shipment]:
            assert life[1]["status"] == "picked_up"
            assert life[1]["event_time"] < scans[shipment][0]["event_time"]


def test_etas_form_a_chain_that_moves_by_more_than_ten_minutes(truth, lives):
    chains = _by_shipment(truth.facts["shipment.eta.updated"])
    assert set(chains) == set(lives)
    assert any(len(chain) > 2 for chain in chains.values())
    for shipment, chain in chains.items():
        assert chain[0]["previous_eta"] is None
        assert chain[0]["event_time"] == lives[shipment][0]["event_time"]
        for before, after in pairwise(chain):
            assert after["previous_eta"] == before["eta"]
            assert abs((after["eta"] - before["eta"]).total_seconds()) > 600


def test_a_status_gives_the_eta_that_was_published_last(truth, lives):
    chains = _by_shipment(truth.facts["shipment.eta.updated"])
    for shipment, life in lives.items():
        for row in life:
            if row["status"] in ("in_transit", "out_for_delivery"):
                known = [e["eta"] for e in chains[shipment] if e["event_time"] <= row["event_time"]]
                homeward = any(earlier["attempt"] for earlier in life[: life.index(row)])
                assert row["eta"] == (None if homeward and row["status"] == "in_transit" else known[-1])
            else:
                assert row["eta"] is None
