"""Mistakes in the faults of a scenario file that would keep them from doing what they say."""

import pytest
from plans_by_hand import HOUR, MIN, scenario, with_producers

from sim.faults import ClockSkew, Drop, Offline, Poison, Replay
from sim.rules import broken_rules
from sim.scenario_parts.producers import CarrierFeed, DriverApp, TelematicsGateway
from sim.units import Duration, Share

HALF = Share(0.5)
GOOD = (
    ClockSkew(share=HALF, offset=Duration(MIN), after=Duration(HOUR), until=Duration(2 * HOUR)),
    Drop(share=HALF),
    Poison(share=HALF),
    Replay(after=Duration(HOUR), until=Duration(2 * HOUR), at=Duration(2 * HOUR)),
)


def _found(*faults) -> list[tuple[str, str]]:
    return [(".".join(map(str, path)), why) for path, why in broken_rules(scenario(faults=faults))]


def test_good_faults_break_no_rule():
    assert _found(*GOOD) == []


@pytest.mark.parametrize(
    ("fault", "path", "why"),
    [
        (ClockSkew(share=HALF, offset=Duration(0)), "offset", "found '0 s', want more than 0 s: such a clock is right"),
        (
            ClockSkew(share=HALF, offset=Duration(MIN), after=Duration(HOUR), until=Duration(HOUR)),
            "after",
            "found '1 h', want less than until, 1 h",
        ),
        (
            Replay(after=Duration(HOUR), until=Duration(2 * HOUR), at=Duration(HOUR)),
            "at",
            "found '1 h', want at least until, 2 h: nothing is sent again before it was sent",
        ),
        (
            Replay(after=Duration(HOUR), until=Duration(2 * HOUR), at=Duration(48 * HOUR)),
            "at",
            "found '2 d', want less than the scenario's duration, 2 d",
        ),
        (
            Replay(after=Duration(2 * HOUR), until=Duration(HOUR), at=Duration(2 * HOUR)),
            "after",
            "found '2 h', want less than until, 1 h",
        ),
        (
            Offline(share=HALF, shortest=Duration(0), longest=Duration(0)),
            "longest",
            "found '0 s', want a duration from 1 ms to 366 d",
        ),
        (Drop(share=Share(0.0)), "share", "found '0%', want a share above 0%, since this fault would never fire"),
        (Poison(share=Share(0.0)), "share", "found '0%', want a share above 0%, since this fault would never fire"),
        (
            Poison(share=HALF, producers=()),
            "producers",
            "found an empty list, want at least one producer, or no such key for all of them",
        ),
    ],
)
def test_a_fault_that_could_not_do_what_it_says_is_told(fault, path, why):
    assert _found(fault) == [(f"faults.0.{path}", why)]


@pytest.mark.parametrize(
    ("parts", "path", "why"),
    [
        (
            {"carrier_feed": CarrierFeed(file_again=HALF)},
            "carrier_feed.file_again",
            "there are no files: want file_every beside it, such as 1 h",
        ),
        (
            {"carrier_feed": CarrierFeed(yesterdays_file=HALF)},
            "carrier_feed.yesterdays_file",
            "there are no files: want file_every beside it, such as 1 h",
        ),
        (
            {"driver_app": DriverApp(lost_in_burst=HALF)},
            "driver_app.lost_in_burst",
            "there are no bursts: want a network with dead_zones, which hide phones",
        ),
        (
            {"telematics_gateway": TelematicsGateway(crash_every=Duration(MIN), restart_time=Duration(MIN))},
            "telematics_gateway.crash_every",
            "found '1 min', want more than restart_time, 1 min",
        ),
    ],
)
def test_a_mechanism_that_could_not_do_what_it_says_is_told(parts, path, why):
    found = [(".".join(map(str, path)), why) for path, why in broken_rules(with_producers(**parts))]
    assert found == [(f"producers.{path}", why)]
