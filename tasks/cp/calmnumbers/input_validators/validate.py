# Checks an input file; exits with 42 if it is as the statement says, else with 43.
# One argument, if any, names the group whose further limits hold: low, any_sum or any_step.
import re
import sys

CORRIDOR = re.compile(rb"([1-9]\d{0,18}) ([1-9]\d{0,18}) (\d) ([1-9]\d?)")


def is_valid(data, group):
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines or not re.fullmatch(rb"[1-5]", lines[0]):
        return False
    found = [CORRIDOR.fullmatch(line) for line in lines[1:]]
    if len(found) != int(lines[0]) or not all(found):
        return False
    rows = [tuple(map(int, row.groups())) for row in found]
    if not all(low <= high <= 10**18 and m <= 50 for low, high, _, m in rows):
        return False
    holds = {
        None: lambda row: True,
        "low": lambda row: row[1] <= 10_000,
        "any_sum": lambda row: row[3] == 1,
        "any_step": lambda row: row[2] == 9,
    }
    return all(map(holds[group], rows))


sys.exit(42 if is_valid(sys.stdin.buffer.read(), sys.argv[1] if len(sys.argv) > 1 else None) else 43)
