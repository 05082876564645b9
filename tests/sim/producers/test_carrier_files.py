"""Carriers send files: what happened since the last one comes together, and sometimes twice."""

import numpy as np
import pytest
from plans_by_hand import DAY, HOUR, MIN, S, firings, only_firing, planned, with_producers
from proofs_by_hand import same_bytes

from sim.producers.names import PRODUCERS
from sim.scenario_parts.producers import CarrierFeed
from sim.units import Duration, Share


def _planned(**feed: object):
    return planned(with_producers(carrier_feed=CarrierFeed(**feed)))[1]


@pytest.fixture(scope="module")
def plan():
    return _planned(file_every=Duration(HOUR), file_again=Share(0.3), yesterdays_file=Share(0.3))


def _files(plan):
    """The first copies of all lines, by carrier and the end of their hour."""
    lines = plan.messages.take(
        np.flatnonzero((plan.messages.producer == PRODUCERS.index("carrier_feed")) & (plan.messages.copy_of < 0))
    )
    cut = (lines.event_time - plan.start) // HOUR * HOUR + HOUR
    return lines, cut, list(zip(lines.device.tolist(), cut.tolist(), strict=True))


def test_lines_come_with_the_file_of_their_hour_in_order(plan):
    lines, cut, files = _files(plan)
    assert (lines.producer_time == plan.start + cut).all()
    on_the_way = lines.ingest_time - plan.start - cut
    assert on_the_way.min() >= 1 * MIN
    assert on_the_way.max() < 3 * MIN + 4 * S
    for file in sorted(set(files)):
        its = lines.take(np.array([row for row, other in enumerate(files) if other == file]))
        assert (np.diff(its.event_time[np.argsort(its.ingest_time, kind="stable")]) >= 0).all()
        assert np.ptp(its.ingest_time) < 4 * S
    assert len(set(files)) > 40


def test_files_are_no_fault():
    plan = _planned(file_every=Duration(HOUR))
    assert not plan.firings
    assert len(plan.messages) == sum(len(facts) for facts in plan.facts.values())


def test_a_file_that_comes_again_comes_whole_within_the_hour(plan):
    _whole_files_again(plan, only_firing(plan, "file_again"))
    copies = plan.messages.take(only_firing(plan, "file_again").rows)
    after = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert after.min() >= 10 * MIN
    assert after.max() <= 40 * MIN


def test_yesterdays_file_comes_with_the_one_due_a_day_later(plan):
    _whole_files_again(plan, only_firing(plan, "yesterdays_file"))
    copies = plan.messages.take(only_firing(plan, "yesterdays_file").rows)
    after = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert after.min() > DAY - 2 * MIN
    assert after.max() < DAY + 2 * MIN
    lines, cut, _ = _files(plan)
    arrivals = {
        (device, end): int(time) - int(event) % HOUR // 1000
        for device, end, time, event in zip(
            lines.device.tolist(), cut.tolist(), lines.ingest_time.tolist(), lines.event_time.tolist(), strict=True
        )
    }
    for copy in range(len(copies)):
        end = int(copies.producer_time[copy]) - plan.start + DAY
        expected = arrivals.get((int(copies.device[copy]), end))
        assert expected in (None, int(copies.ingest_time[copy]) - int(copies.event_time[copy]) % HOUR // 1000)


def test_no_file_comes_after_the_run_s_last(plan):
    copies = plan.messages.take(only_firing(plan, "yesterdays_file").rows)
    assert copies.ingest_time.max() < plan.end + 4 * MIN


def _whole_files_again(plan, firing):
    copies = plan.messages.take(firing.rows)
    assert same_bytes(plan.messages, firing.rows, copies.copy_of).all()
    lines, _, files = _files(plan)
    again = set(zip(copies.event_type.tolist(), copies.luck.tolist(), strict=True))
    repeated = [line in again for line in zip(lines.event_type.tolist(), lines.luck.tolist(), strict=True)]
    shares = {file: [r for r, other in zip(repeated, files, strict=True) if other == file] for file in set(files)}
    assert all(len(set(of_file)) == 1 for of_file in shares.values())
    assert 0 < sum(of_file[0] for of_file in shares.values()) < len(shares)
    assert firing.cause[0].as_py().startswith(("file of NORD cut at 2026-03-0", "file of SUED cut at 2026-03-0"))


def test_another_period_leaves_no_line_behind():
    plan = _planned(file_every=Duration(7 * HOUR), yesterdays_file=Share(1.0))
    copies = plan.messages.take(firings(plan, "yesterdays_file")[0].rows)
    after = copies.ingest_time - plan.messages.ingest_time[copies.copy_of]
    assert after.min() > 28 * HOUR - 2 * MIN, "the first file at least a day later"
