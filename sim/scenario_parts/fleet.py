"""Drivers and vans of the last mile: their day, their rules, and what breaks."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from sim.distributions import Constant, DurationDistribution, Gamma
from sim.scenario_parts.part import Count, Part
from sim.units import ClockTime, Distance, Duration, Share

_MIN = 60 * 1_000_000
_H = 60 * _MIN


class Fleet(Part, frozen=True):
    """Each depot has as many drivers and vans. Shifts begin on the depot's wall clock.

    Driving times are those of Regulation (EC) No 561/2006: a break of 45 minutes after at most 4.5 hours at the wheel,
    and at most 9 hours a day.
    """

    drivers_per_depot: Count = 4
    vans_per_depot: Count = 4
    shift_starts: Annotated[tuple[ClockTime, ...], Meta(min_length=1)] = (ClockTime(7 * 3600), ClockTime(13 * 3600))
    shift_length: Duration = Duration(8 * _H)
    break_after: Duration = Duration(4 * _H + 30 * _MIN)
    break_length: Duration = Duration(45 * _MIN)
    driving_max: Duration = Duration(9 * _H)
    stops_per_round: Count = 20
    stop_time: DurationDistribution = Gamma(mean=Duration(3 * _MIN), shape=6.0)
    leg_time: Duration = Duration(7 * _MIN)
    """Mean time from one stop to the next on a clear road."""
    failed_attempt: Share = Share(0.08)
    max_attempts: Annotated[int, Meta(ge=1, le=99)] = 3
    location_interval: Duration = Duration(60 * 1_000_000)
    telemetry_interval: Duration = Duration(60 * 1_000_000)
    breakdown_every: Duration | None = None
    """Mean time on the road from one breakdown of a van to its next; none for vans that never break down."""
    repair_time: DurationDistribution = Constant(value=Duration(90 * _MIN))
    range: Distance = Distance(400_000)
    """Kilometres with a full tank or battery; a van fills up at its depot before it would run out."""
    fill_up_time: Duration = Duration(15 * _MIN)
    chilled_vans: Share = Share(0.0)
    """Vans with a cold compartment; chilled parcels wait for one of them."""
