"""Carrier files: what happened since the last file comes in one; sometimes the same file comes again, or yesterday's.

A file is known by its carrier and the moment at which it was cut, so that its luck is the same in whatever slice its
lines lie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import I64, U64, Mask
from sim.producers.batch_upload import FASTER
from sim.producers.causes import causes, moment
from sim.producers.copies import copies
from sim.producers.entities import actors, sent_by
from sim.producers.plan import Plan, noted
from sim.world.calendar import DAY_US

if TYPE_CHECKING:
    from sim.world.cast import Cast

_PURPOSE = "producers/carrier_feed"
_MINUTE_US = 60_000_000
SHORTEST_WAY_US, LONGEST_WAY_US = 1 * _MINUTE_US, 3 * _MINUTE_US
"""From the moment at which a file is cut to that at which it is read."""
SOONEST_AGAIN_US, LATEST_AGAIN_US = 10 * _MINUTE_US, 40 * _MINUTE_US


@dataclass(frozen=True)
class _Lines:
    """Messages that are lines of files: rows of the plan, and the file of each."""

    rows: I64
    carrier: I64
    cut: I64
    """When the file was cut, in microseconds since the start."""
    line_us: I64
    """How long after the file's first moment the line is read."""

    def where(self, chosen: Mask) -> _Lines:
        return _Lines(self.rows[chosen], self.carrier[chosen], self.cut[chosen], self.line_us[chosen])


def _files(carrier: I64, cut: I64) -> U64:
    return ((carrier << 32) | (cut // 1_000_000)).astype(np.uint64)


def in_files(plan: Plan, cast: Cast) -> Plan:
    """The carriers' messages sent in files, and the files that come twice."""
    feed = cast.scenario.producers.carrier_feed
    rows = np.flatnonzero(sent_by(plan.messages, "carrier_feed"))
    if feed.file_every is None or not len(rows):
        return plan
    every = feed.file_every.us
    since_start = plan.messages.event_time[rows] - plan.start
    cut = (since_start // every + 1) * every
    lines = _Lines(rows, actors(plan.messages.device[rows]), cut, since_start % every // FASTER)
    messages = plan.messages.with_values(
        rows, producer_time=plan.start + cut, ingest_time=_read(plan, cast, lines, lines.cut)
    )
    return _yesterdays(_again(replace(plan, messages=messages), cast, lines), cast, lines)


def _read(plan: Plan, cast: Cast, lines: _Lines, cut: I64) -> I64:
    """When each line is read, if it comes with the file that was cut then."""
    luck = cast.rng.uniform(f"{_PURPOSE}/way", _files(lines.carrier, cut))
    way = SHORTEST_WAY_US + (luck * (LONGEST_WAY_US - SHORTEST_WAY_US)).astype(np.int64)
    return plan.start + cut + way + lines.line_us


def _again(plan: Plan, cast: Cast, lines: _Lines) -> Plan:
    share = cast.scenario.producers.carrier_feed.file_again
    files = _files(lines.carrier, lines.cut)
    lines = lines.where(cast.rng.uniform(f"{_PURPOSE}/file_again", files) < share.of_one)
    luck = cast.rng.uniform(f"{_PURPOSE}/again_after", _files(lines.carrier, lines.cut))
    after = SOONEST_AGAIN_US + (luck * (LATEST_AGAIN_US - SOONEST_AGAIN_US)).astype(np.int64)
    return _repeated(plan, cast, lines, "file_again", plan.messages.ingest_time[lines.rows] + after)


def _yesterdays(plan: Plan, cast: Cast, lines: _Lines) -> Plan:
    """With the first file that is cut at least a day later, if the run has one."""
    feed = cast.scenario.producers.carrier_feed
    assert feed.file_every is not None
    every = feed.file_every.us
    later = -(-DAY_US // every) * every
    last_cut = -(-(plan.end - plan.start) // every) * every
    chosen = cast.rng.uniform(f"{_PURPOSE}/yesterdays_file", _files(lines.carrier, lines.cut))
    lines = lines.where((chosen < feed.yesterdays_file.of_one) & (lines.cut + later <= last_cut))
    return _repeated(plan, cast, lines, "yesterdays_file", _read(plan, cast, lines, lines.cut + later))


_TOLD = {"file_again": "came a second time", "yesterdays_file": "came again with the next day's"}


def _repeated(plan: Plan, cast: Cast, lines: _Lines, kind: str, ingest_time: I64) -> Plan:
    if not len(lines.rows):
        return plan
    messages = plan.messages
    _, one_of_each, which = np.unique(_files(lines.carrier, lines.cut), return_index=True, return_inverse=True)
    texts = [
        f"file of {cast.network.carriers[carrier].code} cut at {moment(plan.start + cut)} {_TOLD[kind]}"
        for carrier, cut in zip(lines.carrier[one_of_each].tolist(), lines.cut[one_of_each].tolist(), strict=True)
    ]
    places = len(messages) + np.arange(len(lines.rows))
    again = noted(f"producers.carrier_feed.{kind}", kind, places, causes(texts, which))
    return plan.fired(messages.followed_by(copies(messages, lines.rows, ingest_time)), again)
