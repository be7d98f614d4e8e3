# Accepts (42) exactly the inputs that the statement allows, in the group of test data that the argument names, if any.
import re
import sys

LONGEST = {"1": 100, "2": 100, "3": 1000, "4": 30_000}

group = sys.argv[1] if len(sys.argv) > 1 else "4"
parts = re.fullmatch(rb"([1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\n([rgbyw]+)\n", sys.stdin.buffer.read())
if not parts or group not in LONGEST:
    sys.exit(43)
n, k, ring = int(parts[1]), int(parts[2]), parts[3]
if not (n == len(ring) <= LONGEST[group] and k <= n):
    sys.exit(43)
sys.exit(43 if group == "1" and (k != 0 or ring[0] == ring[-1]) else 42)
