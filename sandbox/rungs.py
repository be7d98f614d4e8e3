"""The rungs of the ladder, lowest first, and which of them are on the road. Imports nothing: commands name them."""

from __future__ import annotations

KERNEL, ROUGH = "kernel", "rough"
RUNGS = (KERNEL, "function", "report", "loop", ROUGH)
# A whole repository and a user's words; below are the core of a fix alone, and a fix pointed at.
ROAD = ("report", "loop", ROUGH)
OFF_THE_ROAD = tuple(rung for rung in RUNGS if rung not in ROAD)
