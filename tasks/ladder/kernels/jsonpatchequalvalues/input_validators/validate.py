# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

TEXT = re.compile(r'"[A-Za-z0-9]*"')
PLAIN = re.compile(r'(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)|true|false|null|"[A-Za-z0-9]*"')
CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}


class Bad(Exception):
    pass


def need(condition):
    if not condition:
        raise Bad


def value(text, at, depth):
    """Where the value that begins there ends."""
    if text[at : at + 1] not in CLOSING or not text[at : at + 1]:
        plain = PLAIN.match(text, at)
        need(plain and sum(map(str.isdigit, plain[1] or "")) <= 15)
        return plain.end()
    need(depth < 50)
    opening, at, names = text[at], at + 1, []
    closing = CLOSING[opening]
    while text[at : at + 1] != closing or names:
        if opening in "{<":
            name = TEXT.match(text, at)
            need(name and name[0] not in names and text[name.end() : name.end() + 1] == ":")
            at = name.end() + 1
            names.append(name[0])
        else:
            names.append(str(len(names)))
        at = value(text, at, depth + 1)
        if text[at : at + 1] == closing:
            break
        need(text[at : at + 1] == ",")
        at += 1
    return at + 1


def check(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]{1,1000}\n)+)", text)
    need(parts and int(parts[1]) <= 100)
    notes = parts[2].split("\n")[:-1]
    need(len(notes) == 2 * int(parts[1]))
    for note in notes:
        need(value(note, 0, 0) == len(note))


try:
    check(sys.stdin.buffer.read().decode("latin-1"))
except Bad:
    sys.exit(43)
sys.exit(42)
