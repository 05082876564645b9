"""What the expected tables depend on beside truth and ledger: a few terms of the scenario, and the token key."""

from __future__ import annotations

from dataclasses import dataclass

from sim.faults import Drift
from sim.scenario import Scenario


@dataclass(frozen=True)
class Terms:
    """The terms on which a run's tables are computed."""

    allowed_lateness_us: int
    token_key: bytes
    added_fields: dict[str, str]
    """The payload field that a fault adds, by fault id as in ``faults.0``."""

    @classmethod
    def of(cls, scenario: Scenario, token_key: bytes) -> Terms:
        """The terms of a scenario."""
        added = {
            f"faults.{index}": fault.field
            for index, fault in enumerate(scenario.faults)
            if isinstance(fault, Drift) and fault.change == "add_field"
        }
        return cls(scenario.platform.allowed_lateness.us, token_key, added)
