"""Checks: pure functions of what was expected and what the warehouse holds."""
