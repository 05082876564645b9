"""Rules for the scenario as a whole: a start that clocks know, tenants that can be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipeline.contract.events import EVENT_TYPES
from sim.errors import unknown
from sim.rules.place import Broken, repeated
from sim.rules.quantities import broken_quantities
from sim.scenario import Scenario

_STARTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def broken_limits(scenario: Scenario) -> Iterator[Broken]:
    """Quantities out of bounds outside of the network, a start that time zones don't cover, tenants of one name."""
    for name in scenario.__struct_fields__:
        if name != "network":
            yield from broken_quantities(getattr(scenario, name), (name,))
    if not _STARTS[0] <= scenario.start < _STARTS[1]:
        yield ("start",), f"found {scenario.start.date()}, want a day from 2000-01-01 to 2099-12-31"
    yield from repeated(("tenants",), "id", [tenant.id for tenant in scenario.tenants])
    yield from _lateness([one.event_type for one in scenario.platform.allowed_lateness_of])


def _lateness(event_types: Sequence[str]) -> Iterator[Broken]:
    path = ("platform", "allowed_lateness_of")
    for i, name in enumerate(event_types):
        if name not in EVENT_TYPES:
            yield (*path, i, "event_type"), unknown("event type", name, EVENT_TYPES)
    yield from repeated(path, "event_type", event_types)
