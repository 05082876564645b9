"""Proof that a truth is possible: one SELECT a file, each of which finds what could not have happened."""

from sim.world.invariants.check import INVARIANTS, Limits, Violation, check_truth

__all__ = ["INVARIANTS", "Limits", "Violation", "check_truth"]
