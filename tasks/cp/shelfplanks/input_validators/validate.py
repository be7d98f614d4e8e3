# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

line = re.fullmatch(rb"([1-9][0-9]{0,5}) ([1-9][0-9]{0,5}) ([1-9][0-9]{0,12})\n", sys.stdin.buffer.read())
if not line:
    sys.exit(43)
a, b, s = map(int, line.groups())
sys.exit(42 if max(a, b) <= 200_000 and s <= 10**12 else 43)
