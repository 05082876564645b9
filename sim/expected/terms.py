"""What the expected tables depend on beside truth and ledger: a few terms of the scenario, and the token keys."""

from __future__ import annotations

from dataclasses import dataclass

from sim.expected.tokens import TokenKey
from sim.scenario import Scenario


@dataclass(frozen=True)
class Terms:
    """The terms on which a run's tables are computed."""

    allowed_lateness_us: int
    token_keys: tuple[TokenKey, ...]

    @classmethod
    def of(cls, scenario: Scenario, token_keys: tuple[TokenKey, ...]) -> Terms:
        """The terms of a scenario."""
        return cls(scenario.platform.allowed_lateness.us, token_keys)
