"""The speed benchmark of the pipeline: the engines, what they are given, and whether they agree."""
