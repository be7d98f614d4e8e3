# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

TEXT = r"(?:[a-z0-9%-]|<[0-9;]+>)+"


def fits(text):
    parts = re.fullmatch(r"([1-9]|10) ([1-9][0-9]?)\n([lrc]+)\n((?:[^\n]+\n)+)", text)
    if not parts or int(parts[2]) > 40 or len(parts[3]) != int(parts[1]):
        return False
    lines = [line.split(" ") for line in parts[4].split("\n")[:-1]]
    return (
        len(lines) == int(parts[2]) + 1
        and all(len(line) == int(parts[1]) for line in lines)
        and all(len(cell) <= 60 and re.fullmatch(TEXT, cell) for line in lines for cell in line)
    )


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
