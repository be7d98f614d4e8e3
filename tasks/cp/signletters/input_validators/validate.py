# Accepts (42) exactly the inputs that the statement allows.
import re
import sys

BOX = rb"([a-z-]{1,100})\n([1-9][0-9]?)\n((?:[a-z] (?:0|[1-9][0-9]{0,15})\n)+)"


def main() -> int:
    parts = re.fullmatch(BOX, sys.stdin.buffer.read())
    if not parts or not parts[1].strip(b"-"):
        return 43
    rows = [row.split() for row in parts[3].splitlines()]
    different = len({letter for letter, _ in rows})
    if not different == len(rows) == int(parts[2]) <= 26:
        return 43
    return 42 if all(int(count) <= 10**15 for _, count in rows) else 43


sys.exit(main())
