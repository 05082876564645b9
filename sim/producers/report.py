"""From facts to messages: one for each fact, then all that the mechanisms of the producers do to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.facts import Facts
from sim.producers.batch_upload import uploaded_in_batches
from sim.producers.carrier_files import in_files
from sim.producers.clocks import by_wrong_clocks
from sim.producers.copies import apart
from sim.producers.crashes import crashed
from sim.producers.dead_zones import held_in_dead_zones
from sim.producers.double_reads import double_read
from sim.producers.firmware import updated
from sim.producers.first_report import all_first_reports
from sim.producers.formats import format_codes
from sim.producers.hot_keys import keyed_by_campaigns
from sim.producers.plan import Plan
from sim.producers.retries import retried
from sim.world.journal import Slice

if TYPE_CHECKING:
    from sim.world.cast import Cast


def report(cast: Cast, one: Slice, facts: Mapping[str, Facts]) -> Plan:
    """The plan of a slice's messages: no faults yet, but with what the producers' own mechanisms do.

    Each producer's mechanisms go from what it writes to what it holds back to what it sends again, so that a copy has
    the bytes of the first and comes after it; only wrong clocks come last, since copies show the same wrong times.
    """
    scenario = cast.scenario
    messages = all_first_reports(facts, scenario.producers, cast.rng)
    formats = tuple(format_codes(scenario.producers).tolist())
    plan = Plan(facts, messages, cast.start_us, cast.start_us + scenario.duration.us, formats)
    plan, in_burst = held_in_dead_zones(plan, cast, one.legs)
    plan = by_wrong_clocks(retried(plan, cast, in_burst), cast)
    plan = double_read(uploaded_in_batches(plan, cast), cast)
    plan = in_files(plan, cast)
    plan = crashed(updated(plan, cast), cast)
    plan = keyed_by_campaigns(plan, cast)
    return replace(plan, messages=apart(plan.messages))
