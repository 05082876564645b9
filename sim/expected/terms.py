"""What the expected tables depend on beside truth and ledger: a few terms of the scenario, and the token key."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario import Scenario


@dataclass(frozen=True)
class Terms:
    """The terms on which a run's tables are computed."""

    allowed_lateness_us: int
    token_key: bytes

    @classmethod
    def of(cls, scenario: Scenario, token_key: bytes) -> Terms:
        """The terms of a scenario."""
        return cls(scenario.platform.allowed_lateness.us, token_key)
