# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

parts = re.fullmatch(rb"([1-9][0-9]{0,4}) ([1-9]|10)\n([a-j]+)\n", sys.stdin.buffer.read())
if not parts:
    sys.exit(43)
n, k, jars = int(parts[1]), int(parts[2]), parts[3]
sys.exit(42 if n == len(jars) <= 40_000 and max(jars) < ord("a") + k else 43)
