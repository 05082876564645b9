"""Ways through the network: the shortest, and of equal ones always the same."""

from sim.world.network import DirectedLane, shortest_ways


def _lane(ends: str, travel_us: int) -> DirectedLane:
    places = "SABT"
    return DirectedLane(ends, places.index(ends[0]), places.index(ends[1]), 0, travel_us, 1, 1)


def test_the_shortest_way_wins_even_with_more_lanes():
    lanes = (_lane("ST", 10), _lane("SA", 3), _lane("AT", 4))
    assert shortest_ways(0, lanes)[3] == (1, 2)


def test_of_equal_ways_the_first_by_lane_ids_wins_in_whatever_order_they_stand():
    lanes = (_lane("SB", 1), _lane("BT", 1), _lane("SA", 1), _lane("AT", 1))
    assert shortest_ways(0, lanes)[3] == (2, 3)
    assert shortest_ways(0, lanes[::-1])[3] == (1, 0)


def test_what_no_lane_reaches_has_no_way():
    assert 3 not in shortest_ways(0, (_lane("SA", 1), _lane("TA", 1)))


def test_no_way_leads_through_a_depot_though_it_may_begin_and_end_there():
    lanes = (_lane("SA", 1), _lane("AT", 1), _lane("SB", 5), _lane("BT", 5), _lane("AB", 1))
    assert shortest_ways(0, lanes)[3] == (0, 1)
    assert shortest_ways(0, lanes, frozenset((0, 1, 3)))[3] == (2, 3)
    assert shortest_ways(1, lanes, frozenset((0, 1, 3)))[3] == (1,)
