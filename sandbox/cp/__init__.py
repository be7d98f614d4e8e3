"""Competitive programming: problem packages, a judge in containers, and scores."""
