# Checks that an input has the right format and bounds: exit code 42 if so, 43 if not.
# First line: n and k; second line: how the balance behaves at each weighing (letters M, T, E, R), and a seed.
import re
import sys


def is_valid(text):
    match = re.fullmatch(r"([1-9][0-9]{0,3}) ([1-9])\n([MTER]+) (0|[1-9][0-9]{0,8})\n", text)
    if not match:
        return False
    n, k = int(match[1]), int(match[2])
    fewest = next(count for count in range(1, 10) if 2 * n <= 3**count - 3)
    return 3 <= n <= 3279 and k == fewest and len(match[3]) == k


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
