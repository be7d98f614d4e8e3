"""What Roadtest costs, measured on this machine: `make bench`.

Each figure is taken against another one of the same run, alternating with it, so
that a slow or busy machine slows both. docs/benchmarks.md keeps them.
"""
