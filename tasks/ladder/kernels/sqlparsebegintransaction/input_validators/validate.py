# Checks an input file; exits with 42 if it is as the statement says, else with 43.
import re
import sys

LINE = re.compile(r"(?:(?:[a-z]{1,12}|[;{}])(?: (?:[a-z]{1,12}|[;{}]))*)?")


def orders_have_words(words):
    depth, since, total = 0, 0, 0
    for word, following in zip(words, [*words[1:], ""], strict=True):
        total += 1
        if word == "begin" and following not in ("shift", "work", "now", ";"):
            depth += 1
        depth -= word == "end" and depth > 0
        if word == ";" and not depth:
            if not since:
                return False
            since = 0
        else:
            since += 1
    return total > 0


def fits(text):
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\n((?:[^\n]*\n)+)", text)
    if not parts or int(parts[1]) > 200:
        return False
    lines = parts[2].split("\n")[:-1]
    if len(lines) != int(parts[1]) or not all(len(line) <= 120 and LINE.fullmatch(line) for line in lines):
        return False
    words = re.sub(r"\{[^{}]*\}", " ", parts[2]).split()
    return "{" not in words and "}" not in words and orders_have_words(words)


sys.exit(42 if fits(sys.stdin.buffer.read().decode("latin-1")) else 43)
