"""Roadtest: an agentic tool-use evaluation sandbox.

The package has two halves. The I/O half (`cli`, `run`, `trial`, `agent`, `env`,
`llm`, ...) runs trials and appends to an event log; the pure half (`events`,
`task`, `reply`, `judge`, `score`, `report`, ...) is a function of that log. The
pure half imports none of docker, git, litellm and anyio; a test holds the line.
"""

__version__ = "0.1.0"
