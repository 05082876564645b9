"""Releases spread by cohorts: a device speaks anew from its own moment on, and a repair ends it."""

import numpy as np
import pytest
from plans_by_hand import HOUR, firings, only_firing, planned, with_producers

from sim.ledger import Body
from sim.producers.firmware import NEVER, install_times
from sim.producers.plan import SOUND, body_code, type_code
from sim.rng import Randomness
from sim.scenario_parts.producers import Firmware, TelematicsGateway
from sim.units import Duration, Share


def _release(change: str, after_h: float, until_h: float, share: float = 1.0, field: str = "") -> Firmware:
    return Firmware(change, Duration(round(after_h * HOUR)), Duration(round(until_h * HOUR)), Share(share), field)


def _planned(*releases: Firmware):
    return planned(with_producers(telematics_gateway=TelematicsGateway(version_2=Share(0.0), firmware=releases)))[1]


BROKEN = _release("break_type", 7, 12, 0.6, "speed_kmh")


@pytest.fixture(scope="module")
def broken():
    return _planned(BROKEN)


def _telemetry(plan):
    return plan.messages.event_type == type_code("vehicle.telemetry")


def test_a_device_speaks_anew_from_one_moment_on(broken):
    messages, moments = broken.messages, []
    firing = only_firing(broken, "firmware")
    assert firing.fault_id == "producers.telematics_gateway.firmware.0"
    anew = messages.body == body_code(Body.BROKEN_TYPE)
    assert (np.flatnonzero(anew) == np.sort(firing.rows)).all()
    assert broken.details[messages.detail[firing.rows[0]]] == "speed_kmh"
    for device in np.unique(messages.device[_telemetry(broken)]):
        its = np.flatnonzero((messages.device == device) & _telemetry(broken))
        its = its[np.argsort(messages.event_time[its])]
        assert (np.diff(anew[its].astype(int)) >= 0).all(), "once new, always new"
        if anew[its].any():
            moments.append(int(messages.event_time[its][anew[its]][0]))
    assert 12 <= len(moments) <= 34
    assert len(set(moments)) > 10, "each at a moment of its own"


def test_a_cohort_drifts_together_and_cohorts_nest(broken):
    smaller = _planned(_release("break_type", 7, 12, 0.2, "speed_kmh"))
    few, many = (set(plan.messages.device[plan.messages.body != SOUND].tolist()) for plan in (smaller, broken))
    assert few < many
    rows = np.isin(broken.messages.device, list(few))
    assert (smaller.messages.body[rows] == broken.messages.body[rows]).all(), "and at the same moments"


def test_releases_of_one_kind_are_installed_at_moments_of_their_own():
    devices = np.arange(1_000)
    first, second = install_times((BROKEN, BROKEN), devices, 0, Randomness(5))
    assert ((first < NEVER) == (second < NEVER)).all(), "by the same cohort"
    both = first < NEVER
    assert abs(np.corrcoef(first[both], second[both])[0, 1]) < 0.2


def test_version_2_is_sent_from_then_on_and_by_nobody_else():
    plan = _planned(_release("version_2", 7, 12, 0.5))
    firing = only_firing(plan, "firmware")
    second = (plan.messages.version == 2) & _telemetry(plan)
    assert (np.flatnonzero(second) == np.sort(firing.rows)).all()
    assert "(version_2) on V-" in firing.cause[0].as_py()


def test_a_repair_ends_what_was_there_before_it(broken):
    plan = _planned(BROKEN, _release("repair", 9, 11))
    devices = np.unique(plan.messages.device[_telemetry(plan)])
    _, repaired = install_times((BROKEN, _release("repair", 9, 11)), devices, plan.start, Randomness(5))
    at = dict(zip(devices.tolist(), repaired.tolist(), strict=True))
    was, still = broken.messages.body != SOUND, plan.messages.body != SOUND
    assert (still <= was).all()
    assert 0 < still.sum() < was.sum()
    moment = np.array([at.get(device, 0) for device in plan.messages.device.tolist()])
    gone = was & ~still
    assert (plan.messages.event_time[gone] >= moment[gone]).all()
    after = np.unique(plan.messages.device[still & (plan.messages.event_time >= moment)])
    assert len(after) > 2
    for device in after:
        first = plan.messages.event_time[still & (plan.messages.device == device)].min()
        assert first >= at[int(device)], "broken after its repair: only what was installed after it"


def test_a_release_more_moves_no_other(broken):
    beside = _planned(_release("version_2", 1, 2), BROKEN, _release("add_field", 30, 31, 1.0, "cabin_c"))
    assert firings(beside, "firmware")[1].rows.tolist() == only_firing(broken, "firmware").rows.tolist()


def test_a_body_is_misshapen_once_and_the_first_release_wins():
    plan = _planned(_release("add_field", 1, 1.5, 1.0, "cabin_c"), BROKEN)
    assert (plan.messages.body[_telemetry(plan)] == body_code(Body.ADDED_FIELD)).all()
    assert len(firings(plan, "firmware")) == 1


def test_who_is_in_no_cohort_never_installs():
    times = install_times((BROKEN,), np.arange(1000), 0, Randomness(1))[0]
    installed = times[times < NEVER]
    assert len(installed) == pytest.approx(600, abs=60)
    assert installed.min() >= 7 * HOUR
    assert installed.max() < 12 * HOUR
