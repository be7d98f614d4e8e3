# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

parts = re.fullmatch(rb"([1-9][0-9]{0,4}) ([1-9][0-9]{0,4}) ([1-9][0-9]{0,4})\n(\.[.#]*\.)\n", sys.stdin.buffer.read())
if not parts:
    sys.exit(43)
n, f, b = map(int, parts.groups()[:3])
sys.exit(42 if n == len(parts[4]) <= 30_000 and max(f, b) < n else 43)
