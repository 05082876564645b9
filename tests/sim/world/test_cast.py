"""The cast: the same in every process, from a scenario alone."""

from __future__ import annotations

import numpy as np
from hand_slices import BOX, HUB, NORTH, WEST, small
from msgspec.structs import replace

from sim.scenario import Demand, Fleet, Peak
from sim.scenario_parts.disruptions import Storm
from sim.units import Duration, Rate, Share
from sim.world.cast import RECIPIENTS_MAX, build_cast


def test_facilities_know_their_scanners_and_depots_their_lockers():
    cast = build_cast(small())
    docks = [facility.docks for facility in cast.network.facilities]
    assert cast.first_scanner.tolist() == [0, 3, 5, 6, 10]
    assert cast.first_scanner[-1] + docks[-1] == sum(docks)
    assert cast.locker_counts.tolist() == [0, 0, 1, 0, 0]
    assert cast.lockers[cast.first_locker[WEST]] == BOX
    assert cast.start_us == int(small().start.timestamp()) * 1_000_000


def test_each_depot_has_its_drivers_and_vans():
    crew = build_cast(small()).crew
    assert crew.driver_ids[:4] == ["D-NORTH-01", "D-NORTH-02", "D-NORTH-03", "D-WEST-01"]
    assert crew.vehicle_ids == ["V-NORTH-01", "V-NORTH-02", "V-WEST-01", "V-WEST-02"]
    assert set(crew.driver_depots) == {NORTH, WEST}
    assert HUB not in crew.vehicle_depots


def test_there_are_as_many_people_as_orders_up_to_a_limit():
    few = small(demand=Demand(Rate.parse("10/h"), Duration.parse("5 h")))
    assert len(build_cast(few).recipients) == 50
    assert len(build_cast(small()).recipients) == RECIPIENTS_MAX
    assert build_cast(few).recipients.names == build_cast(small()).recipients.names[:50]
    assert len(build_cast(small(demand=Demand(Rate.parse("0/h"), Duration.parse("5 h")))).recipients) == 1


def test_what_a_variant_does_not_touch_stays_as_it_was():
    """Disruptions, peaks, another end and more vans of the same kind."""
    span = {"after": Duration.parse("1 h"), "until": Duration.parse("2 h")}
    base = build_cast(small())
    variant = build_cast(
        small(
            disruptions=(Storm(**span, region="all"),),
            demand=replace(small().demand, peaks=(Peak(**span, factor=7.0),)),
            duration=Duration.parse("2 d"),
        )
    )
    assert (variant.recipients, variant.drivers) == (base.recipients, base.drivers)
    shares = [build_cast(small(fleet=Fleet(vans_per_depot=n, chilled_vans=Share(0.5)))).crew for n in (20, 30)]
    assert shares[0].chilled[:20] == shares[1].chilled[:20]
    assert 5 < np.sum(shares[1].chilled[:30]) < 25
