"""The scenarios that ship with the package, and the JSON Schema that editors complete them by."""
