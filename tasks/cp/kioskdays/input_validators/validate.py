# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

line = re.fullmatch(rb"([1-9][0-9]{0,9}) ([1-9][0-9]{0,9})( [1-9][0-9]{0,18}){2}\n", sys.stdin.buffer.read())
if not line:
    sys.exit(43)
p, q, a, b = map(int, line[0].split())
sys.exit(42 if max(p, q) <= 10**9 and a <= b <= 10**18 else 43)
