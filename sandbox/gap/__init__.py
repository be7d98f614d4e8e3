"""The ladder and the gap between evaluation and reality: what may be said of it, and how surely. Pure."""
