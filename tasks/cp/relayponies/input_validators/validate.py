# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
# Arguments narrow a bound for a group: n=15 or W=0.
import re
import sys


def is_valid(text, most):
    number = r"(0|[1-9][0-9]{0,12})"
    match = re.fullmatch(" ".join([number] * 6) + "\n", text)
    if not match:
        return False
    n, start, drop, gap, weight, seed = map(int, match.groups())
    return (
        1 <= n <= most["n"]
        and 1 <= drop <= 1000
        and 1 <= gap <= 1000
        and n * drop < start <= 10**9
        and 0 <= weight <= most["W"]
        and 0 <= seed < 2**31
    )


bounds = {"n": 150_000, "W": 10**12}
for argument in sys.argv[1:]:
    name, _, value = argument.partition("=")
    bounds[name] = int(value)
sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1"), bounds) else 43)
