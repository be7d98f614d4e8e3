# Checks that an input has the format and the bounds of the statement: exit code 42 if so, 43 if not.
import re
import sys


def is_valid(text):
    number = r"([1-9][0-9]{0,18})"
    match = re.fullmatch(rf"{number} {number} {number}\n((?:[a-z]+\n)+)", text)
    if not match:
        return False
    n, k, m = map(int, match.groups()[:3])
    motifs = match[4].splitlines()
    return (
        n <= 10**18
        and k <= 26
        and m <= 10
        and len(motifs) == m
        and sum(map(len, motifs)) <= 24
        and all(ord(letter) - ord("a") < k for motif in motifs for letter in motif)
    )


sys.exit(42 if is_valid(sys.stdin.buffer.read().decode("latin-1")) else 43)
