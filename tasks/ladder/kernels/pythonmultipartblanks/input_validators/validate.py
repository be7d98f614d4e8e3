# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

FIELD = re.compile(r"[ \t]*([^ \t=;](?:[^=;]*[^ \t=;])?)[ \t]*=[ \t]*[^ \t=;](?:[^=;]*[^ \t=;])?[ \t]*")


def is_label(line):
    fields = [FIELD.fullmatch(field) for field in line.split(";")]
    return all(fields) and len({field[1] for field in fields}) == len(fields)


def fits(data):
    text = data.decode()
    if "\r" in text or not text.endswith("\n"):
        return False
    mark, *lines = text.split("\n")[:-1]
    if not re.fullmatch("[A-Za-z0-9]{1,20}", mark) or not 3 <= len(lines) <= 400:
        return False
    kinds = [line.rstrip(" \t") for line in lines]
    labels = [lines[at + 1] for at, kind in enumerate(kinds) if kind == f"--{mark}"]
    return (
        kinds[0] == f"--{mark}"
        and kinds[-1] == f"--{mark}--" == max(kinds, key=f"--{mark}--".__eq__)
        and kinds.count(f"--{mark}--") == 1
        and all(map(is_label, labels))
        and all(len(line.encode()) <= 120 for line in lines)
    )


try:
    sys.exit(42 if fits(sys.stdin.buffer.read()) else 43)
except UnicodeDecodeError:
    sys.exit(43)
