"""SWE-bench: its instances made into tasks, and what candidates left written as its predictions."""
