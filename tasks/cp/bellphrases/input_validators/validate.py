# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import re
import sys


def is_valid(text):
    match = re.fullmatch(r"([1-9][0-9]{0,4}) ([1-9][0-9]{0,4})\n([a-z]+)\n", text)
    return bool(match) and 2 <= int(match[2]) <= int(match[1]) <= 40_000 and len(match[3]) == int(match[1])


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
