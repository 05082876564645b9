"""What the expected tables depend on beside truth and ledger: a few terms of the scenario, and the token keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.expected.tokens import TokenKey
from sim.scenario import Scenario


@dataclass(frozen=True)
class Terms:
    """The terms on which a run's tables are computed."""

    allowed_lateness_us: int
    token_keys: tuple[TokenKey, ...]
    lateness_us_by_type: Mapping[str, int] = field(default_factory=dict)
    """Of event types for which another lateness is allowed."""

    @classmethod
    def of(cls, scenario: Scenario, token_keys: tuple[TokenKey, ...]) -> Terms:
        """The terms of a scenario."""
        platform = scenario.platform
        return cls(platform.allowed_lateness.us, token_keys, platform.lateness_us_by_type)

    def lateness_us(self, event_type: str) -> int:
        """The lateness that is allowed of an event type."""
        return self.lateness_us_by_type.get(event_type, self.allowed_lateness_us)
