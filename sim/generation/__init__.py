"""From a scenario to a log, a truth and a ledger on disk: slices of the world pressed into messages, and merged."""
