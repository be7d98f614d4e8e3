# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import math
import re
import sys

NUMBER = r"(?:0|[1-9][0-9]{0,18})"


def is_valid(text):
    if not re.fullmatch(rf"{NUMBER} {NUMBER}\n(?:{NUMBER} {NUMBER}\n)+(?:{NUMBER}\n)+", text):
        return False
    lines = [[int(word) for word in line.split(" ")] for line in text.splitlines()]
    n, q = lines[0]
    if not (1 <= n <= 12 and 1 <= q <= 50 and len(lines) == 1 + n + q):
        return False
    lights, ships = lines[1 : n + 1], lines[n + 1 :]
    if any(len(line) != 2 for line in lights) or any(len(line) != 1 for line in ships):
        return False
    return (
        all(1 <= period <= 10**12 and 0 <= first <= 10**12 for period, first in lights)
        and math.lcm(*(period for period, _ in lights)) <= 10**18
        and all(0 <= ready <= 10**18 for (ready,) in ships)
    )


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
