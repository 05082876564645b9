"""A run's truth and ledger asked in SQL, out of core: one SELECT a file, what it answers as numbers or as a picture."""
