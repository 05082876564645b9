"""The backend that needs nothing but this package: an event log of files, and DuckDB over Parquet."""
