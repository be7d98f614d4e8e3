"""Detectors: pure functions that label what happened."""
