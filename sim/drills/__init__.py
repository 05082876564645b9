"""Drills: proof that the checks can fail."""
