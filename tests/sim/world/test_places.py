"""Places: coordinates by code, ways between them, and how far along one somebody is."""

from __future__ import annotations

import numpy as np
import pytest
from hand_slices import HUB, WEST, small

from sim.world.cast import build_cast
from sim.world.journal import DOOR, PICKUP_DOOR
from sim.world.orders import RETURNED_BIT, codes, orders
from sim.world.places import coordinates, great_circle_km, published, time_done, way_done


def test_places_are_facilities_and_the_doors_of_orders():
    cast = build_cast(small())
    code = np.concatenate([codes(0, 1, 30), codes(0, 1, 30) | RETURNED_BIT])
    order = orders(cast, code)
    for place, lat, lon in (
        (PICKUP_DOOR, order.pickup_lat, order.pickup_lon),
        (DOOR, order.door_lat, order.door_lon),
        (WEST, cast.lat[WEST], cast.lon[WEST]),
    ):
        found = coordinates(cast, np.full(len(code), place), code)
        assert (found[0] == lat).all()
        assert (found[1] == lon).all()


def test_each_place_goes_with_the_shipment_beside_it():
    cast = build_cast(small())
    code = codes(0, 1, 6)[[3, 3, 0, 5, 3]]
    place = np.array([DOOR, PICKUP_DOOR, HUB, DOOR, DOOR])
    lat, _ = coordinates(cast, place, code)
    each = [coordinates(cast, place[k : k + 1], code[k : k + 1])[0][0] for k in range(5)]
    assert lat.tolist() == each
    assert lat[0] == lat[4] != lat[3]


def test_vans_gather_speed_and_slow_down():
    share = np.linspace(0, 1, 101)
    done = way_done(share)
    assert done[[0, 50, 100]] == pytest.approx([0, 0.5, 1])
    assert np.argmax(np.diff(done)) in (49, 50)
    assert time_done(done) == pytest.approx(share)


def test_a_great_circle():
    assert great_circle_km(52.52, 13.405, 48.8566, 2.3522) == pytest.approx(877.5, abs=1)
    assert great_circle_km(0, 179, 0, -179) == pytest.approx(222.4, abs=0.1)
    assert great_circle_km(10, 20, 10, 20) == 0


def test_devices_report_coordinates_in_the_usual_ranges():
    lat, lon = published(np.array([90.1, -90.1, 1.234567]), np.array([180.5, -180.5, 7.654321]))
    assert lat.tolist() == [90, -90, 1.23457]
    assert lon.tolist() == [-179.5, 179.5, 7.65432]
