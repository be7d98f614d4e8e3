# Checks an input file line by line; exits with 42 if it is as the statement says, else with 43.
import re
import sys

NUMBER = re.compile(rb"0|-?[1-9]\d{0,9}")


class Bad(Exception):
    pass


def pair(lines):
    """The two integers of the next line, one space between them."""
    words = next(lines, b"").split(b" ")
    if len(words) != 2 or not all(NUMBER.fullmatch(word) for word in words):
        raise Bad
    return int(words[0]), int(words[1])


def need(condition):
    if not condition:
        raise Bad


def check(data):
    parts = data.split(b"\n")
    need(parts.pop() == b"")
    lines = iter(parts)
    p, q = pair(lines)
    need(1 <= p <= 1000 and 1 <= q <= 1000 and p * q <= 100_000)
    s, t = pair(lines)
    need(0 <= s < p and 0 <= t < q)
    k, m = pair(lines)
    need(1 <= k <= 4 and 0 <= m <= 2000)
    need(all(-1000 <= value <= 1000 for _ in range(k) for value in pair(lines)))
    jams = [pair(lines) for _ in range(m)]
    need(all(0 <= x < p and 0 <= y < q for x, y in jams))
    need(len(set(jams)) == m and (0, 0) not in jams)
    need(next(lines, None) is None)


try:
    check(sys.stdin.buffer.read())
except Bad:
    sys.exit(43)
sys.exit(42)
