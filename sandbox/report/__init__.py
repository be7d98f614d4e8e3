"""Reports: what the records of a run say, for people."""
