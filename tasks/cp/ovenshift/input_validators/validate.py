# Checks an input file; exits with 42 if it is as the statement says, else with 43.
# One argument, if any, names the group whose further limits hold: few, unwashed or short.
import re
import sys

NUMBER = rb"(0|[1-9]\d{0,9})"
FIRST, OVEN = re.compile(rb" ".join([NUMBER] * 2)), re.compile(rb" ".join([NUMBER] * 3))
TOP = 10**9


def is_valid(data, group):
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines:
        return False
    first, ovens = FIRST.fullmatch(lines[0]), [OVEN.fullmatch(line) for line in lines[1:]]
    if not first or not all(ovens):
        return False
    n, k = map(int, first.groups())
    rows = [tuple(map(int, oven.groups())) for oven in ovens]
    if not (1 <= n <= 1000 and 1 <= k <= TOP and len(rows) == n):
        return False
    if not all(1 <= t <= TOP and 1 <= c <= TOP and r <= TOP for t, c, r in rows):
        return False
    if group == "few":
        return n <= 10 and k <= 500 and max(map(max, rows)) <= 20
    if group == "unwashed":
        return all(r == 0 for _, _, r in rows)
    return group is None or (group == "short" and k <= 5000)


sys.exit(42 if is_valid(sys.stdin.buffer.read(), sys.argv[1] if len(sys.argv) > 1 else None) else 43)
