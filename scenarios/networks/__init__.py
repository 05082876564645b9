"""The networks that ship with the package, for scenarios to name, and the JSON Schema of such files."""
