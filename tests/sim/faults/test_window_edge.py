"""Messages that arrive when a window closes: a microsecond before, at the moment, a microsecond after."""

import numpy as np
import pytest
from plans_by_hand import HOUR, only_firing, planned, scenario

from sim.fates import fates
from sim.faults import Delay, WindowEdge, apply_all
from sim.producers.plan import Plan
from sim.rng import Randomness
from sim.units import Duration, Share

WINDOW = 5 * 60 * 1_000_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(scenario())[1]


def _behind(plan: Plan) -> np.ndarray:
    return plan.messages.ingest_time - (plan.messages.event_time // WINDOW + 1) * WINDOW


@pytest.mark.parametrize("lateness", [0, 2 * HOUR])
def test_a_third_arrives_on_each_side_of_the_moment_and_a_third_at_it(plan, lateness):
    after = apply_all((WindowEdge(share=Share(0.5), lateness=Duration(lateness)),), plan, Randomness(3))
    firing = only_firing(after, "window_edge")
    sides, counts = np.unique(_behind(after)[firing.rows] - lateness, return_counts=True)
    assert sides.tolist() == [-1, 0, 1]
    assert counts.min() > 0.9 * len(firing.rows) / 3
    assert (after.messages.ingest_time >= plan.messages.ingest_time).all()
    held = after.messages.ingest_time - plan.messages.ingest_time
    assert (held[firing.rows] == firing.held_us).all()


@pytest.mark.parametrize(
    ("lateness", "told"), [(0, {-1: "clean", 0: "clean", 1: "late"}), (HOUR, {-1: "late", 0: "late", 1: "too_late"})]
)
def test_a_microsecond_decides(plan, lateness, told):
    after = apply_all((WindowEdge(share=Share(0.5), lateness=Duration(lateness)),), plan, Randomness(3))
    decided = fates(after, allowed_lateness_us=HOUR, future_tolerance_us=0, dedupe_ttl_us=0)["fate"].to_pylist()
    rows = only_firing(after, "window_edge").rows
    assert {(int(side), decided[row]) for side, row in zip(_behind(after)[rows] - lateness, rows, strict=True)} == set(
        told.items()
    )


def test_who_comes_after_the_moment_anyway_is_left_alone(plan):
    late = apply_all((Delay(share=Share(1.0), longest=Duration(3 * WINDOW)),), plan, Randomness(3))
    after = apply_all((WindowEdge(share=Share(1.0)),), late, Randomness(3))
    untouched = np.setdiff1d(np.arange(len(plan.messages)), only_firing(after, "window_edge").rows)
    assert len(untouched) > len(plan.messages) / 2
    assert (_behind(late)[untouched] >= -1).all()


def test_a_message_waits_for_one_moment_only(plan):
    both = (WindowEdge(share=Share(0.5)), WindowEdge(share=Share(0.5), lateness=Duration(HOUR)))
    first, second = apply_all(both, plan, Randomness(3)).firings
    assert not set(first.rows) & set(second.rows)
