"""Slices: whole rounds, nothing behind a watermark, the same again; and lives that are possible, in hard times too."""

import gc
from collections import defaultdict
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from two_towns import BOX, HOUR, hard_times, two_towns
from whole_worlds import all_slices, rows

from sim.distributions import Constant
from sim.scenario import Demand
from sim.scenario_parts.disruptions import FacilityClosed
from sim.units import Duration, Rate, Share
from sim.world import kernel
from sim.world.cast import build_cast
from sim.world.journal import (
    ARRIVAL,
    BREAKDOWN,
    DELIVERED,
    EXCEPTION,
    OFF_SHIFT,
    ON_BREAK,
    ON_SHIFT,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    REASONS,
)
from sim.world.kernel import slices
from sim.world.orders import RETURNED_BIT, orders
from sim.world.parcels import Parcel

RETURNED = REASONS.index("returned")
KINDS = ("booked", "statuses", "etas", "scans", "capacities", "duties", "legs", "hauls")


@pytest.fixture(scope="module")
def hard():
    return hard_times()


@pytest.fixture(scope="module")
def cut(hard):
    """Hard times in many slices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "_SLICE_MESSAGES", 2_000)
        return all_slices(hard)


def by(things, *names):
    groups = defaultdict(list)
    for thing in things:
        groups[tuple(getattr(thing, name) for name in names)].append(thing)
    return groups


def test_slices_are_numbered_and_watermarks_rise(cut, hard):
    assert len(cut) > 20
    assert [part.index for part in cut] == list(range(len(cut)))
    marks = [part.watermark_us for part in cut]
    assert marks == sorted(marks)
    assert marks[-1] == hard.duration.us


def test_no_later_slice_holds_anything_from_before_a_watermark(cut):
    """Pings begin with their round, so a leg counts from its departure."""
    for before, after in pairwise(cut):
        for kind in ("booked", "statuses", "etas", "scans", "capacities", "duties"):
            assert np.all(getattr(after, kind).time_us >= before.watermark_us), kind
        assert np.all(after.legs.departed_us >= before.watermark_us)


def test_a_round_stands_in_one_slice_with_all_that_its_driver_reports_on_it(cut):
    home = {}
    for part in cut:
        for driver, departed, end in zip(part.legs.driver, part.legs.departed_us, part.legs.end_us, strict=True):
            index, until = home.setdefault((driver, departed), (part.index, end))
            assert index == part.index
            home[driver, departed] = part.index, max(end, until)
    spans = by_driver(home)
    for part in cut:
        carried = np.isin(part.statuses.status, (PICKED_UP, DELIVERED, EXCEPTION)) & (part.statuses.reason != RETURNED)
        for at, driver in zip(part.statuses.time_us[carried], part.statuses.actor[carried], strict=True):
            assert any(a <= at <= b and index == part.index for a, b, index in spans[driver])


def by_driver(home):
    spans = defaultdict(list)
    for (driver, departed), (index, until) in home.items():
        spans[driver].append((departed, until, index))
    return spans


def test_where_it_is_cut_changes_nothing(cut, hard):
    whole = all_slices(hard)
    assert len(whole) < len(cut)
    for kind in KINDS:
        assert rows(whole, kind) == rows(cut, kind)


def test_a_slice_is_about_as_long_as_it_should_be(cut):
    lengths = [len(part.statuses.time_us) + len(part.scans.time_us) for part in cut[:-1]]
    assert max(lengths) < 4_000


def test_a_shipments_rows_are_numbered_in_order_of_time(cut):
    for kind in ("statuses", "etas", "scans"):
        for its in by(rows(cut, kind), "shipment").values():
            assert [row.nth for row in its] == list(range(len(its)))
            assert all(a.time_us < b.time_us for a, b in pairwise(its)), kind


def test_scans_alternate_and_nothing_is_scanned_before_it_is_picked_up(cut):
    picked_up = {row.shipment: row.time_us for row in rows(cut, "statuses") if row.status == PICKED_UP}
    for (shipment,), its in by(rows(cut, "scans"), "shipment").items():
        assert its[0].time_us > picked_up[shipment]
        assert [scan.scan for scan in its] == [k % 2 for k in range(len(its))]
        assert all(a.facility == b.facility for a, b in pairwise(its) if a.scan == ARRIVAL)


@pytest.mark.parametrize("who", ["driver", "vehicle"])
def test_nobody_is_in_two_places(cut, who):
    for its in by(rows(cut, "legs"), who).values():
        for a, b in pairwise(its):
            assert a.end_us <= b.start_us
            if a.departed_us == b.departed_us:
                assert (a.end_us, a.destination, a.destination_shipment) == (b.start_us, b.origin, b.origin_shipment)


def test_odometers_add_up_and_nobody_runs_dry(cut, hard):
    filled = 0
    for its in by(rows(cut, "legs"), "vehicle").values():
        for a, b in pairwise(its):
            assert b.odometer_m == a.odometer_m + a.length_m
            filled += b.since_full_m == 0 < a.since_full_m
        assert all(leg.since_full_m + leg.length_m <= hard.fleet.range.m for leg in its)
    assert filled > 5


def test_breaks_and_breakdowns_are_legs_from_a_place_to_itself(cut):
    duties = rows(cut, "duties")
    stands = {(leg.driver, leg.start_us): leg for leg in rows(cut, "legs") if leg.length_m == 0}
    for kind in (BREAKDOWN, ON_BREAK):
        under_way = [row for row in duties if row.duty == kind and row.vehicle >= 0]
        assert len(under_way) > 5
        assert all((row.driver, row.time_us) in stands for row in under_way)


def test_shifts_do_not_overlap_and_hours_at_the_wheel_have_their_limits(cut, hard):
    legs = by(rows(cut, "legs"), "driver")
    for driver, its in by(rows(cut, "duties"), "driver").items():
        assert all(a.time_us < b.time_us for a, b in pairwise(its))
        shifts = [row for row in its if row.duty in (ON_SHIFT, OFF_SHIFT)]
        assert [row.duty for row in shifts] == ([ON_SHIFT, OFF_SHIFT] * len(shifts))[: len(shifts)]
        begins = [row.time_us for row in shifts if row.duty == ON_SHIFT]
        at_wheel = defaultdict(int)
        for leg in legs[driver]:
            if leg.length_m:
                at_wheel[max(begin for begin in begins if begin <= leg.start_us)] += leg.end_us - leg.start_us
        assert all(us <= hard.fleet.driving_max.us for us in at_wheel.values())


def test_chilled_parcels_travel_in_chilled_vans(cut, hard):
    cast = build_cast(hard)
    legs = [leg for leg in rows(cut, "legs") if leg.destination == -3]
    codes = np.array([leg.destination_shipment for leg in legs])
    chilled = orders(cast, codes).chilled.tolist()
    assert any(chilled)
    assert all(cast.crew.chilled[leg.vehicle] for leg, cold in zip(legs, chilled, strict=True) if cold)


def test_a_locker_never_holds_more_than_it_has_slots_for(cut):
    dropped = [row for row in rows(cut, "statuses") if row.place == BOX]
    full = [row for row in dropped if row.reason == REASONS.index("locker_full")]
    assert full
    assert {row.status for row in dropped} == {DELIVERED, EXCEPTION}
    first = [row.status for row in dropped[:6]]
    assert first == [DELIVERED] * 6, "the first six find its six slots free"


def test_returns_are_booked_one_to_five_days_later(cut, hard):
    delivered = {row.shipment: row.time_us for row in rows(cut, "statuses") if row.status == DELIVERED}
    back = [row for row in rows(cut, "booked") if row.shipment & RETURNED_BIT]
    assert len(back) > 10
    for row in back:
        after_us = row.time_us - delivered[row.shipment & (RETURNED_BIT - 1)]
        assert 24 * HOUR <= after_us <= 5 * 24 * HOUR
    assert any(row.shipment & RETURNED_BIT for row in rows(cut, "statuses") if row.status == PICKED_UP)


def test_orders_are_booked_in_order_of_time(cut):
    booked = np.concatenate([part.booked.time_us for part in cut])
    assert np.all(np.diff(booked) >= 0)


@pytest.fixture(scope="module")
def stranded():
    """Vans break down so often and for so long that days end before rounds do; a week for the orders of half a day."""
    few = two_towns(demand=Demand(Rate.parse("40/h"), Duration.parse("12 h")), duration=Duration.parse("7 d"))
    repair_time = Constant(Duration.parse("4 h"))
    fleet = msgspec.structs.replace(few.fleet, breakdown_every=Duration.parse("3 h"), repair_time=repair_time)
    return all_slices(msgspec.structs.replace(few, fleet=fleet))


def test_a_parcel_that_was_not_reached_goes_out_again_for_the_same_attempt(stranded):
    again = 0
    for its in by(rows(stranded, "statuses"), "shipment").values():
        for a, b in pairwise(its):
            if a.status == b.status == OUT_FOR_DELIVERY:
                again += 1
                assert a.attempt == b.attempt
        assert {row.attempt for row in its} <= {-1, 1, 2}
    assert again > 5


def test_no_parcel_is_lost(stranded):
    """Whatever happens to it on the way, in the end it is delivered or back."""
    last = {row.shipment: row for row in rows(stranded, "statuses")}
    ends = [row.status == DELIVERED or row.reason == RETURNED for row in last.values()]
    assert len(ends) == len(rows(stranded, "booked")) > 300
    assert all(ends)


def test_a_world_of_no_orders_has_one_slice_and_people_at_work():
    (part,) = all_slices(two_towns(demand=Demand(Rate(0.0), Duration.parse("1 h"))))
    assert len(part.booked.time_us) == len(part.legs.driver) == 0
    assert set(part.duties.duty.tolist()) == {ON_SHIFT, OFF_SHIFT}


def test_where_everything_is_closed_orders_are_booked_and_nothing_moves():
    span = {"after": Duration(0), "until": Duration.parse("30 d")}
    shut = [FacilityClosed(**span, facility=f.id) for f in two_towns().network.facilities if f.kind != "locker"]
    parts = all_slices(two_towns(*shut))
    assert len(rows(parts, "booked")) > 1000
    assert {row.status for row in rows(parts, "statuses")} == {0}
    assert rows(parts, "legs") == rows(parts, "scans") == rows(parts, "capacities") == []


def test_a_share_that_nobody_asks_for_moves_nobodys_luck():
    """Returns begin a day after the first delivery: until then a world with and one without them are the same."""
    tenants = two_towns().tenants
    more = (msgspec.structs.replace(tenants[0], returns=Share(0.5)), *tenants[1:])
    usual, other = (all_slices(two_towns(tenants=some)) for some in (tenants, more))
    first_us = min(row.time_us for row in rows(usual, "statuses") if row.status == DELIVERED) + 24 * HOUR
    for kind in ("statuses", "scans", "duties"):
        assert [r for r in rows(usual, kind) if r[0] < first_us] == [r for r in rows(other, kind) if r[0] < first_us]
    assert len(rows(other, "booked")) > len(rows(usual, "booked"))


def test_the_world_keeps_no_list_of_what_is_over():
    """Once nothing is booked any more, parcels leave the world: of thousands only what waits or went astray is left."""
    short = two_towns(demand=Demand(Rate.parse("80/h"), Duration.parse("12 h")), duration=Duration.parse("5 d"))
    gc.collect()
    of_others = _parcels()
    for _ in slices(build_cast(short)):
        alive = _parcels() - of_others  # the world still stands
    assert alive < 20


def _parcels() -> int:
    """How many parcels there are in this process, in whatever world."""
    return sum(isinstance(thing, Parcel) for thing in gc.get_objects())
