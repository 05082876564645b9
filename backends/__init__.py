"""Where messages and tables live: one interface, an implementation for each place."""
