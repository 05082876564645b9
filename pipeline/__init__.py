"""The logistics pipeline: one Beam graph from an event log to tables, and the contract that it keeps."""
