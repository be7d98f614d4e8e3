# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

SHORTHAND = rb"(?:[a-z](?:[1-9][0-9]{0,11}|1000000000000)?)+"

lines = sys.stdin.buffer.read().split(b"\n")
if len(lines) != 3 or lines[2] != b"" or not all(1 <= len(line) <= 20_000 for line in lines[:2]):
    sys.exit(43)
sys.exit(42 if all(re.fullmatch(SHORTHAND, line) for line in lines[:2]) else 43)
