"""The simulated world, the messages it sends, the truth about both, and the checks that compare."""
