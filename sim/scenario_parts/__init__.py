"""The larger parts of a scenario, a module each: types and defaults alone."""
