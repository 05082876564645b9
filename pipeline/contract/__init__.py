"""The contract between producers, pipeline and checker: names and types, and nothing that decides."""
