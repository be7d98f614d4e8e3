# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import re
import sys


def rows(text):
    """Lines as lists of integers; None where anything but plain numbers and single spaces is found."""
    if not re.fullmatch(r"(?:(?:(?:0|-?[1-9][0-9]{0,9})[ \n])+)", text) or " \n" in text or "\n\n" in text:
        return None
    return [[int(word) for word in line.split(" ")] for line in text.splitlines()] if text.endswith("\n") else None


def is_valid(text):
    lines = rows(text)
    if not lines or len(lines[0]) != 3:
        return False
    n, m, k = lines[0]
    if not (2 <= n <= 2000 and 1 <= m <= 4000 and 1 <= k <= 4 and len(lines) == 2 + k + m):
        return False
    costs, lifts, roads = lines[1 : k + 1], lines[k + 1], lines[k + 2 :]
    if any(len(row) != k for row in costs) or len(lifts) != n or any(len(road) != 4 for road in roads):
        return False
    return (
        all(0 <= cost <= 100 for row in costs for cost in row)
        and all(-1 <= time <= 10**9 for time in lifts)
        and all(
            1 <= u <= n and 1 <= v <= n and u != v and 1 <= length <= 10**9 and 1 <= surface <= k
            for u, v, length, surface in roads
        )
    )


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
