# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import re
import sys


def is_valid(text):
    if not re.fullmatch(r"[1-9][0-9]{0,2}\n(?:[1-9][0-9]?(?: [1-9][0-9]{0,15}){1,10}\n)+", text):
        return False
    (games,), *lines = ([int(word) for word in line.split(" ")] for line in text.splitlines())
    return (
        1 <= games <= 100
        and len(lines) == games
        and all(1 <= line[0] <= 10 and len(line) == line[0] + 1 for line in lines)
        and all(1 <= length <= 10**15 for line in lines for length in line[1:])
    )


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
