# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

NAME = "([a-z0-9]{1,6})"
STEP = re.compile(rf"(wall|copy|hang|seek|count) {NAME}(?: {NAME})?(?: ([1-9][0-9]{{0,3}}))?")


def step_fits(step, walls):
    parts = STEP.fullmatch(step)
    if not parts:
        return False
    kind, wall, other, hooks = parts.groups()
    if (kind != "count") != (other is not None) or (kind == "wall") != (hooks is not None):
        return False
    if kind not in ("wall", "copy"):
        return wall in walls
    if wall in walls or (kind == "copy" and other not in walls):
        return False
    walls.add(wall)
    return kind == "copy" or (other in ("fifo", "lru", "lfu") and int(hooks) <= 1000)


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,3})\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[1]) > 4000:
        return False
    steps, walls = parts[2].split("\n")[:-1], set()
    return len(steps) == int(parts[1]) and all(step_fits(step, walls) for step in steps) and len(walls) <= 30


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
