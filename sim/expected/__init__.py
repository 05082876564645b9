"""The tables as they must be, computed from truth, ledger and scenario, and never from the pipeline."""

from sim.expected.tables import COMPARED, Expected, expected_tables
from sim.expected.terms import Terms

__all__ = ["COMPARED", "Expected", "Terms", "expected_tables"]
