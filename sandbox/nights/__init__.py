"""A run every night: whether a candidate got worse, by tests that hold however often one looks."""
